"""`python -m tests.bench.bench_queue`: what the night queue costs beside its model calls.

Measures queueing 200 jobs, what an idle worker holds and uses, before and after it did jobs, and
the copy of a tree of 1,000 files that tests run in, made and made again. Prints one line each,
and whether commands can be cut off from the network here; nothing fails for a time.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support.night import NightFolder

from tierwise.context.ignore import IgnoreRules
from tierwise.tasks.api import TaskParams
from tierwise.tasks.queue.asked import QueueWish
from tierwise.tasks.testing import cell, copies
from tierwise.work.headless import headless

JOBS = 200
DONE = 20
IDLE_S = 30.0
FILES = 1_000


async def queueing(night: NightFolder) -> str:
    """Plan and queue 200 jobs in a window that is open."""
    head = headless(night.env, night.root)
    await head.engine.opened()
    head.engine.forecast(TaskParams("edit", (night.root / "src/m0.py").as_uri()))
    uris = tuple((night.root / f"src/m{n}.py").as_uri() for n in range(JOBS))
    began = time.perf_counter()
    plan = await head.engine.queue.plan(QueueWish("Add docs", uris, "document"))
    planned = time.perf_counter()
    await head.engine.queue.put(plan)
    ended = time.perf_counter()
    await head.engine.close()
    return f"queue {JOBS} jobs: plan {planned - began:.2f} s, write {ended - planned:.2f} s"


def idle(night: NightFolder) -> str:
    """Memory and processor time of a worker with nothing to do, and once it did jobs."""
    worker = night.worker()
    try:
        fresh = _rests(worker.pid)
        group = night.facts("queue", "add", "Add docs", *_names(DONE), "--yes")["group"]
        while night.report(group)["counts"] != {"ready": DONE}:
            time.sleep(1.0)
        return f"idle worker: {fresh}; after {DONE} jobs {_rests(worker.pid)}"
    finally:
        worker.terminate()
        worker.wait()


def _rests(pid: int) -> str:
    time.sleep(8.0)
    before = _ticks(pid)
    time.sleep(IDLE_S)
    used = (_ticks(pid) - before) / os.sysconf("SC_CLK_TCK") / IDLE_S
    return f"{_held(pid) / 1e6:.0f} MB, {used:.1%} of a core"


def _names(count: int) -> list[str]:
    return [f"src/m{n}.py" for n in range(count)]


def copying(folder: Path) -> str:
    """A worktree of 1,000 files, made and made again for the next job."""
    root = folder / "big"
    for n in range(FILES):
        path = root / f"d{n % 40}" / f"f{n}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"def f{n}():\n    return {n}\n", encoding="utf-8")
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *args], cwd=root, check=True)
    rules = IgnoreRules([root])
    took = []
    for n in range(6):
        (root / "d0" / "f0.py").write_text(f"X = {n}\n", encoding="utf-8")
        began = time.perf_counter()
        copies.copy(root, folder / "copy", (), (), rules)
        took.append(time.perf_counter() - began)
    return f"copy of {FILES} files: {took[0]:.2f} s first, {sorted(took[1:])[2]:.2f} s per job"


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _held(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="tierwise-bench-") as name:
        folder = Path(name)
        night = NightFolder(folder, config="rehearsal = true\n")
        night.put({f"src/m{n}.py": b"def f(a):\n    return a\n" for n in range(JOBS)})
        load = os.getloadavg()[0]
        print(asyncio.run(queueing(night)))
        night.run("queue", "cancel", night.facts("queue", "list")["groups"][0]["id"])
        print(idle(night))
        print(copying(folder))
        can = "can" if cell.cuts_off() else "cannot"
        print(f"a command {can} be cut off from the network here; load {load:.1f}")


if __name__ == "__main__":
    main()
