"""`python -m tests.soak.soak_queue --kills 200`: the night's worker killed at random moments.

Groups of jobs are queued against a loopback model that is slow and, now and then, fails. The worker
is killed again and again, and started again; beside it the report is read, by a process that ends
while the worker lives. Afterwards every job must be in a named state, every
group must have ended, no request may have been sent without a booked reservation, no job may have
made more calls than it may, and the purse is not overspent. Prints one line of figures; exits 1
when anything of that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from tests.support.night import NightFolder

from tierwise.core.jobs import AHEAD
from tierwise.core.money import to_nanos
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import schema
from tierwise.store.ledger import Ledger

NIGHT_USD: Final = 5.0
FILES: Final = 12
"""Jobs of a group."""
CALLS: Final = 3
"""Calls a job may make; one more where a kill lost one."""


def faults(chance: random.Random) -> Fault:
    """What the model does with a request: mostly it answers, slowly."""
    kind = chance.random()
    if kind < 0.08:
        return Fault(status=529, kind="overloaded_error")
    if kind < 0.12:
        return Fault(after=3, how="reset", delay=0.02)
    return Fault(first_delay=chance.uniform(0.05, 4.0), delay=chance.uniform(0.0, 0.05))


async def run(folder: Path, kills: int, seed: int, minutes: float) -> int:
    """Kill so often, or for so many minutes; how many things were wrong."""
    chance = random.Random(seed)
    model = await RehearsalServer().start()
    night = NightFolder(folder, model.base_url, f"[budget]\nnight_usd = {NIGHT_USD}\n")
    night.put({f"src/m{n}.py": f"def f{n}(a):\n    return a\n".encode() for n in range(FILES)})
    before, killed, groups = night.digests(), 0, 0
    said: list[str] = []
    until = asyncio.get_running_loop().time() + minutes * 60
    while killed < kills and asyncio.get_running_loop().time() < until:
        names = [f"src/m{n}.py" for n in range(FILES)]
        added = await asyncio.to_thread(night.run, "queue", "add", "Add docs", *names, "--yes")
        assert added.returncode == 0, added.stderr
        groups += 1
        for _ in range(12):
            model.faults.default = faults(chance)
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tierwise", "work", "--once",
                cwd=night.root, env=night.env, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            looked = asyncio.create_task(asyncio.to_thread(night.run, "queue", "report"))
            ended = await _ended(worker, model, chance)
            if not ended:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)
                await worker.wait()
                killed += 1
            if (await looked).returncode:
                said.append(f"the report could not be read: {looked.result().stderr.strip()}")
            if ended:
                break
    model.faults.default = Fault()
    await _worked_off(night)
    wrong = [*said, *await _judged(night, model, killed, groups)]
    if night.digests() != before:
        wrong.append("a file changed before anybody applied anything")
    await model.close()
    for line in wrong:
        print(f"WRONG: {line}")
    return len(wrong)


async def _ended(
    worker: asyncio.subprocess.Process, model: RehearsalServer, chance: random.Random
) -> bool:
    """Whether the worker ended before its time to be killed came: somewhere before its first call,
    or a moment after a call of its reached the model."""
    came, early = len(model.requests), chance.random() < 0.3
    until = asyncio.get_running_loop().time() + (chance.uniform(1.0, 8.0) if early else 60.0)
    while worker.returncode is None and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.02)
        if len(model.requests) > came and not early:
            early, until = True, asyncio.get_running_loop().time() + chance.uniform(0.0, 3.0)
    return worker.returncode is not None


async def _worked_off(night: NightFolder) -> None:
    """Work until nothing is left; what waits for a model's server is tried again at once."""
    for _ in range(10):
        ledger = Ledger.open(night.state)
        await ledger.write(
            lambda conn: conn.execute(sa.update(schema.queue_jobs).values(not_before_ms=None))
        )
        left = await ledger.read(
            lambda conn: conn.execute(
                sa.select(sa.func.count()).select_from(schema.queue_jobs).where(
                    schema.queue_jobs.c.state.in_(sorted(AHEAD))
                )
            ).scalar_one()
        )  # fmt: skip
        await ledger.close()
        if not left:
            return
        await asyncio.to_thread(lambda: night.run("work", "--once", within=1_800))


async def _judged(
    night: NightFolder, model: RehearsalServer, killed: int, groups: int
) -> list[str]:
    ledger = Ledger.open(night.state)
    jobs = await ledger.read(
        lambda conn: list(conn.execute(sa.select(schema.queue_jobs)).mappings())
    )
    booked = await ledger.read(
        lambda conn: list(conn.execute(sa.select(schema.reservations)).mappings())
    )
    await ledger.close()
    states, reasons = Counter(j["state"] for j in jobs), Counter(j["reason"] for j in jobs)
    calls = Counter(r["task_id"] for r in booked if r["sent_ms"])
    sent = sum(calls.values())
    cost = sum(r["cost"] for r in booked)
    wrong = []
    if len(jobs) != groups * FILES:
        wrong.append(f"{groups * FILES - len(jobs)} jobs are lost")
    if any(state in AHEAD for state in states):
        wrong.append(f"jobs did not end: {dict(states)}")
    if any(r["state"] == "open" for r in booked):
        wrong.append("a reservation is still open")
    if len(model.requests) > sent:
        wrong.append(f"{len(model.requests) - sent} requests came that nobody booked")
    if any(r["sent_ms"] and not r["cost"] and r["state"] == "assumed" for r in booked):
        wrong.append("a lost call cost nothing")
    if cost > to_nanos(NIGHT_USD):
        wrong.append("the night's purse is overspent")
    most = max(calls.values(), default=0)
    kills_of = {j["id"]: j["kills"] for j in jobs}
    if any(n > CALLS + bool(kills_of[job]) for job, n in calls.items()):
        wrong.append("a job made more calls than it may")
    print(
        f"{killed} kills, {len(jobs)} jobs in {groups} groups: {dict(states)} {dict(reasons)}; "
        f"{len(model.requests)} requests came, {sent} sent and booked, at most {most} a job, "
        f"{sum(r['state'] == 'assumed' for r in booked)} assumed, {cost / 1e9:.4f} USD"
    )
    return wrong


def main() -> int:
    """Run it; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_queue")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=600.0, help="no group is begun after")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tierwise-soak-") as folder:
        return int(asyncio.run(run(Path(folder), asked.kills, asked.seed, asked.minutes)) > 0)


if __name__ == "__main__":
    sys.exit(main())
