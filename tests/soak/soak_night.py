"""`python -m tests.soak.soak_night TREE TREE TREE`: one night of mixed jobs on real trees.

The trees are copied and made repositories with tests: green ones, ones that fail before, and flaky
ones. Groups of every kind are queued under one purse of a dollar, against a loopback model that
changes files, rightly or not, is slow, refuses and breaks off. While the worker runs, the network
is cut twice, the trees are edited, and the clock jumps over midnight as after a suspend. Afterwards
every job must be in a named state and, where it is not ready, say why; the purse must hold; no
request may have gone unbooked; and the trees must be as they were, until what passed of the groups
is applied. Then the tests may fail in nothing new, and the undo gives the bytes back. Prints the
figures; exits 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from tests.support.cut import Cut
from tests.support.night import NightFolder
from tests.support.night_trees import CHECK, COMMAND, GIT, KINDS, NightAnswers, failures, repository

from tierwise.budget import days
from tierwise.core.jobs import AHEAD
from tierwise.core.money import to_nanos
from tierwise.core.request import Diagnostic
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present import night as words
from tierwise.store import jobs, schema
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.queue.asked import QueueWish
from tierwise.tasks.queue.night_queue import NightQueue
from tierwise.work.headless import Headless, headless
from tierwise.work.job_run import JobRun
from tierwise.work.worker import Worker, now_ms

CALLS: Final = 3
HOUR: Final = 3_600_000
WITHIN: Final = 12
"""Times the worker is begun at most until all is over."""


@dataclass
class Night:
    """The machine of one operator: its trees, its network, its clock."""

    folder: NightFolder
    trees: Sequence[Path]
    model: RehearsalServer
    line: Cut
    chance: random.Random
    purse: float
    ahead_ms: int = 0
    events: list[str] = field(default_factory=list)

    def now(self) -> int:
        """The machine's clock, in UTC milliseconds."""
        return now_ms() + self.ahead_ms

    def clock(self) -> datetime:
        """The same as an instant."""
        return days.now() + timedelta(milliseconds=self.ahead_ms)


def faults(chance: random.Random) -> Fault:
    """What the model does with a request: mostly it answers."""
    kind = chance.random()
    if kind < 0.04:
        return Fault(status=529, kind="overloaded_error")
    if kind < 0.07:
        return Fault(after=3, how="reset")
    if kind < 0.09:
        return Fault(stop_reason="max_tokens")
    if kind < 0.10:
        return Fault(after=2, how="bad_json")
    return Fault(first_delay=chance.uniform(0.0, 0.3))


def evening() -> str:
    """A zone in which it is between nine and ten in the evening now."""
    ahead = (21 - datetime.now(UTC).hour) % 24
    ahead = ahead - 24 if ahead > 12 else ahead
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def standing(root: Path) -> str:
    """What of a repository must not change, beside its files."""
    asked = (["for-each-ref"], ["rev-parse", "HEAD"], ["stash", "list"], ["ls-files", "-s"])
    done = [
        subprocess.run([*GIT, *args], cwd=root, check=True, capture_output=True) for args in asked
    ]
    return repr([each.stdout for each in done])


def content(root: Path) -> dict[str, bytes]:
    """Every file of a tree."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".git", "__pycache__"}.intersection(path.parts)
    }


def wishes(root: Path, by_ms: int, most: int) -> list[QueueWish]:
    """The groups of a tree: each file, each symbol, each problem, and a dear one."""
    files = sorted(root.rglob("*.py"), key=lambda path: path.stat().st_size)
    files = [path for path in files if path.stat().st_size > 200 and path.name != CHECK]
    uris = [path.as_uri() for path in files]
    middle = len(uris) // 2
    problems = tuple(
        Diagnostic(str(path), line, "warning", "W1", "Too long")
        for path in files[-8:]
        for line in (20, 60)
    )
    every = QueueWish("Add docstrings", tuple(uris), "document", by_ms=by_ms)
    found = [
        replace(every, uris=tuple(uris[: most // 2])),
        replace(every, each="symbol", uris=tuple(uris[middle : middle + 3]), action="edit",
                instruction="Rename b"),
        replace(every, each="diagnostic", uris=tuple(uris[-8:]), action="fix", problems=problems),
        replace(every, uris=tuple(uris[-10:]), action="refactor", instruction="Simplify",
                tier="opus", cap=to_nanos(0.5)),
        replace(every, each="symbol", uris=tuple(uris[-4:]), action="edit", instruction="Simplify"),
    ]  # fmt: skip
    return [wish for wish in found if wish.uris]


async def queued(night: Night, most: int) -> list[GroupRow]:
    """Queue groups of every tree until there are so many jobs."""
    found: list[GroupRow] = []
    left = most
    for root in night.trees:
        head = headless(night.folder.env, root)
        await head.engine.opened()
        head.engine.queue.tests_agreed(yes=True)
        share = left if root == night.trees[-1] else most // len(night.trees)
        for wish in wishes(root, night.now() + 9 * HOUR, most // len(night.trees)):
            plan = await head.engine.queue.plan(wish)
            plan = replace(plan, jobs=plan.jobs[:share])
            if plan.jobs:
                await head.engine.queue.put(plan)
                found.append(plan.group)
            share, left = share - len(plan.jobs), left - len(plan.jobs)
        await head.engine.close()
    return found


def worker(night: Night, on_change: Callable[[JobRow, JobRun], None]) -> Worker:
    """A worker whose engines have the machine's clock."""
    made = Worker(
        night.folder.env, once=True, on_change=on_change, clock=night.now, held=lambda folder: None
    )
    head_of = made.doer.head

    async def head(group: GroupRow) -> Headless:
        found = await head_of(group)
        found.engine.world.purse.clock = night.clock
        return found

    made.doer.head = head  # type: ignore[method-assign]
    return made


async def happen(night: Night, ended: int, most: int) -> None:
    """What happens in the night, when so many jobs are over."""
    share = ended / most
    if share > 0.15 and "cut" not in night.events:
        night.events.append("cut")
        await night.line.cut()
        await asyncio.sleep(2.0)
        await night.line.mend()
    if share > 0.3 and "edited" not in night.events:
        night.events.append("edited")
        for root in night.trees:
            files = sorted(root.rglob("*.py"))
            for path in night.chance.sample(files, 4):
                path.write_bytes(b"# edited at night\n" + path.read_bytes())
            files[-1].unlink()
            (root / "new_at_night.py").write_bytes(b"def new():\n    return 1\n")
    if share > 0.45 and "suspended" not in night.events:
        night.events.append("suspended")
        await night.line.cut()
        night.ahead_ms += 4 * HOUR
        await asyncio.sleep(1.0)
        await night.line.mend()


async def run(trees: Sequence[Path], most: int, purse: float, seed: int) -> int:
    """A night; how many things were wrong."""
    with tempfile.TemporaryDirectory(prefix="tierwise-soak-") as name:
        folder, chance = Path(name), random.Random(seed)
        answers = NightAnswers()
        model = await RehearsalServer(answers=answers).start()
        line = Cut(model.base_url)
        await line.mend()
        config = f'[budget]\nnight_usd = {purse}\nday_usd = 5.0\ntimezone = "{evening()}"\n'
        config += f"[queue.test]\ncommand = {list(COMMAND)}\n"
        machine = NightFolder(folder, line.base_url, config)
        roots = [
            repository(tree, folder / "trees" / tree.name, KINDS[n % len(KINDS)])
            for n, tree in enumerate(trees)
        ]
        night = Night(machine, roots, model, line, chance, purse)
        try:
            return await _night(night, most)
        finally:
            print(f"answers: {dict(answers.kinds)}")
            await line.cut()
            await model.close()


async def _night(night: Night, most: int) -> int:
    git = [standing(root) for root in night.trees]
    groups = await queued(night, most)
    over: set[str] = set()
    changing: set[asyncio.Task[None]] = set()
    began = night.clock()

    def seen(job: JobRow, run: JobRun) -> None:
        if run.ending.state not in AHEAD:
            over.add(job.id)
        changing.add(asyncio.ensure_future(happen(night, len(over), most)))

    night.model.faults.queue += [faults(night.chance) for _ in range(4 * most)]
    codes = []
    for _ in range(WITHIN):
        codes.append(await worker(night, seen).run())
        await asyncio.gather(*changing)
        changing.clear()
        left = [row for row in await rows(night) if row.state in AHEAD]
        if not left:
            break
        # What waits for the network is tried again; what waits for money sees the morning.
        only_money = all(row.reason in ("money", "group_cap", "hour") for row in left)
        night.ahead_ms += 10 * HOUR if only_money else 16 * 60_000
    edited = [content(root) for root in night.trees]
    wrong = await _judged(night, most)
    if [standing(root) for root in night.trees] != git:
        wrong.append("the operator's repository changed")
    before = [failures(root) for root in night.trees]
    applied = await _applied(night, groups, before, wrong)
    if [content(root) for root in night.trees] != edited:
        wrong.append("apply and undo did not give the bytes back")
    dates = [days.day_of(at, evening()) for at in (began, night.clock())]
    print(
        f"{len(groups)} groups; exit codes {codes}; {', '.join(night.events)}; from {dates[0]} to "
        f"{dates[1]}; {applied} applied and taken back"
    )
    for each in wrong:
        print(f"WRONG: {each}")
    return len(wrong)


async def _applied(
    night: Night, groups: Sequence[GroupRow], before: Sequence[frozenset[str]], wrong: list[str]
) -> int:
    """Apply what passed of every group and take it back, the last one first; how many proposals
    that were. `before` is what fails in each tree without them."""
    applied = taken = left = 0
    for group in groups:
        async with _window(night, group) as queue:
            done = await queue.apply(group.id, passed=True)
            applied, left = applied + len(done.done), left + len(done.left)
    new = [sorted(failures(root) - was) for root, was in zip(night.trees, before, strict=True)]
    if any(new):
        wrong.append(f"tests fail that did not before what passed was applied: {new}")
    print(f"{applied} applied, {left} left; failing before: {[sorted(was) for was in before]}")
    for group in reversed(groups):
        async with _window(night, group) as queue:
            taken += len((await queue.undo(group.id)).done)
    assert taken == applied, f"{applied - taken} proposals were not taken back"
    return applied


@asynccontextmanager
async def _window(night: Night, group: GroupRow) -> AsyncIterator[NightQueue]:
    head = headless(night.folder.env, Path(group.root))
    await head.engine.opened()
    try:
        yield head.engine.queue
    finally:
        await head.engine.close()


async def rows(night: Night) -> list[JobRow]:
    """Every job."""
    ledger = Ledger.open(night.folder.state)

    def read(conn: Any) -> list[JobRow]:
        return [job for group in jobs.groups(conn) for job in jobs.jobs_of(conn, group.id)]

    try:
        return await ledger.read(read)
    finally:
        await ledger.close()


async def _judged(night: Night, most: int) -> list[str]:
    ledger = Ledger.open(night.folder.state)
    booked = await ledger.read(
        lambda conn: list(conn.execute(sa.select(schema.reservations)).mappings())
    )
    await ledger.close()
    found = await rows(night)
    states = Counter(row.state for row in found)
    reasons = Counter(row.reason for row in found if row.state != "ready")
    calls = Counter(r["task_id"] for r in booked if r["sent_ms"])
    cost = sum(r["cost"] for r in booked)
    print(f"tests: {dict(Counter(row.tests for row in found))}")
    wrong = []
    if len(found) != most:
        wrong.append(f"{most - len(found)} jobs are lost")
    if any(row.state in AHEAD for row in found):
        wrong.append(f"jobs did not end: {dict(states)}")
    if any(words.reason(row.reason) is None for row in found if row.state != "ready"):
        wrong.append("a job that is not ready does not say why")
    if any(row.cost and row.reason == "late" for row in found):
        wrong.append("a job that cost something says that nothing was spent on it")
    if any(r["state"] == "open" for r in booked):
        wrong.append("a reservation is still open")
    if len(night.model.requests) > sum(calls.values()):
        wrong.append("a request came that nobody booked")
    if max(calls.values(), default=0) > CALLS:
        wrong.append("a job made more calls than it may")
    if cost > to_nanos(night.purse):
        wrong.append("the night's purse is overspent")
    print(
        f"{len(found)} jobs: {dict(states)}; {dict(reasons)}; {len(night.model.requests)} requests "
        f"came, {sum(calls.values())} booked, at most {max(calls.values(), default=0)} a job, "
        f"{cost / 1e9:.4f} of {night.purse:.2f} USD",
        flush=True,
    )
    return wrong


def main() -> int:
    """Run it; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_night")
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--purse", type=float, default=1.0, help="dollars")
    parser.add_argument("--seed", type=int, default=25)
    asked = parser.parse_args()
    trees = [tree.resolve() for tree in asked.trees]
    return int(asyncio.run(run(trees, asked.jobs, asked.purse, asked.seed)) > 0)


if __name__ == "__main__":
    sys.exit(main())
