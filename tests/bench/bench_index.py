"""The project index measured: `make bench-index [TREES=DIR]`.

Made-up projects of 2,000 and 20,000 files are always measured: processor seconds of the child, its
memory, the size of the database beside the text, and the time of a sweep, of a changed file and of
a question. `TREES` holds one folder per repository (`pallets+flask`) with one folder per commit in
it, as `git archive` gives it. Each of these is searched for the files that the tasks in the shared
data changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.bench import generated_tree

from tierwise.index.project import ProjectIndex

QUERIES: Final = Path(__file__).parents[3] / "shared" / "data" / "index" / "queries.jsonl"
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Scores:
    """Recall at 5 and at 10, reciprocal rank, and milliseconds, of each task."""

    five: list[float] = field(default_factory=list)
    ten: list[float] = field(default_factory=list)
    rank: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def add(self, found: Sequence[str], gold: Sequence[str], ms: float) -> None:
        self.five.append(sum(path in found[:5] for path in gold) / len(gold))
        self.ten.append(sum(path in found[:10] for path in gold) / len(gold))
        hits = [place for place, path in enumerate(found, 1) if path in gold]
        self.rank.append(1 / hits[0] if hits else 0.0)
        self.ms.append(ms)

    def line(self, name: str) -> str:
        means = " ".join(f"{sum(v) / len(v):6.3f}" for v in (self.five, self.ten, self.rank))
        return f"{name:24} n {len(self.five):4}  recall@5 @10 MRR {means}"


def used(pid: int) -> tuple[float, int]:
    """Processor seconds of a process and its most memory in bytes, where the system tells."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    most = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / TICKS, int(most.split()[1]) * 1024


def text_bytes(root: Path) -> int:
    return sum(p.stat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())


async def built(root: Path, state: Path) -> tuple[ProjectIndex, str]:
    """An index that is ready, and what its making took."""
    index = ProjectIndex(root, state, awaited=True)
    began = time.perf_counter()
    ready = await index.ready()
    wall = time.perf_counter() - began
    pid = index._child.pid
    seconds, most = used(pid) if pid is not None else (0.0, 0)
    began = time.perf_counter()
    # What was written is moved into the file itself just after the last file counts as read.
    ready = await index.ready()
    sweep = (time.perf_counter() - began) * 1000
    size = text_bytes(root)
    return index, (
        f"{ready.files:6,} files {size / 2**20:6.1f} MB  child {seconds:6.1f} CPU s,"
        f" wall {wall:6.1f} s, {most / 2**20:5.0f} MB;"
        f" database {ready.size_bytes / max(size, 1):4.2f} x text;"
        f" sweep {sweep:5.0f} ms"
    )  # fmt: skip


async def changed(index: ProjectIndex, root: Path) -> float:
    """Milliseconds until a changed file is visible."""
    path = root / "tierwise_bench_probe.py"
    path.write_text("def first_of_the_probe(): ...\n", encoding="utf-8")
    try:
        await index.ready()
        path.write_text("def second_of_the_probe(): ...\n", encoding="utf-8")
        began = time.perf_counter()
        await index.changed(path.name)
        while not await index.definitions("second_of_the_probe"):
            await asyncio.sleep(0.005)
        return (time.perf_counter() - began) * 1000
    finally:
        path.unlink()


@dataclass
class Times:
    """Milliseconds of questions: on the clock, and of the processor in this process."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def of(self, question: Awaitable[object]) -> None:
        """Ask, and keep what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        await question
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.cpu.append((time.process_time() - cpu) * 1000)

    def line(self, name: str) -> str:
        def both(values: list[float]) -> str:
            at = sorted(values)
            return f"p50 {at[len(at) // 2]:5.1f} p99 {at[len(at) * 99 // 100]:6.1f}"

        return f"{name}: {both(self.cpu)} ms of the processor, {both(self.wall)} ms on the clock"


async def made_up(files: int, questions: int = 400) -> None:
    """A made-up project: built from nothing, asked, swept."""
    rng = random.Random(files)
    with tempfile.TemporaryDirectory(prefix="tierwise-bench-index-") as home:
        root = Path(home) / "project"
        generated_tree.write(root, files)
        index, said = await built(root, Path(home) / "state")
        print(f"made up: {said}; a change {await changed(index, root):4.0f} ms", flush=True)
        finds, uses = Times(), Times()
        for _ in range(questions):
            await finds.of(index.find(generated_tree.question(rng), 10))
            await uses.of(index.uses(generated_tree.asked_name(rng, root)))
        print(finds.line(f"  {files:,} files, questions"))
        print(uses.line(f"  {files:,} files, uses     "), flush=True)
        await index.close()


async def measure(trees: Path, queries: Path) -> None:
    tasks: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    if queries.exists():
        for line in queries.read_text(encoding="utf-8").splitlines():
            task = json.loads(line)
            tasks[task["repo"].replace("/", "+"), task["anchor"]].append(task)
    state = Path(tempfile.mkdtemp(prefix="tierwise-bench-index-"))
    scores: dict[str, Scores] = defaultdict(Scores)
    try:
        for root in sorted(p for repo in trees.iterdir() if repo.is_dir() for p in repo.iterdir()):
            repo, anchor = root.parent.name, root.name
            index, said = await built(root, state)
            print(f"{repo} {anchor[:10]}: {said}; a change {await changed(index, root):4.0f} ms")
            for task in tasks.get((repo, anchor), ()):
                began = time.perf_counter()
                found = [file.path for file in await index.find(task["query"], 10)]
                ms = (time.perf_counter() - began) * 1000
                for name in (repo, "all"):
                    scores[name].add(found, task["gold"], ms)
            await index.close()
    finally:
        shutil.rmtree(state, ignore_errors=True)
    for name, score in sorted(scores.items()):
        print(score.line(name))
    if scores:
        times = sorted(scores["all"].ms)
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        print(f"questions: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", type=Path, nargs="?")
    parser.add_argument("--made-up", type=int, nargs="*", default=[2_000, 20_000])
    parser.add_argument("--queries", type=Path, default=QUERIES)
    given = parser.parse_args()
    for files in given.made_up:
        asyncio.run(made_up(files))
    if given.trees is not None:
        asyncio.run(measure(given.trees, given.queries))


if __name__ == "__main__":
    main()
