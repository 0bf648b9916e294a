"""`python -m tests.soak.soak_chaos --runs 1000`: tasks and chats against a server gone mad.

Every request to the loopback server draws a fault from a seeded list. Nothing may hang, no
run may end without a word, no run may call more than three times, and every call must have
been reserved and settled. Prints one line of figures; exits 1 when anything of that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from tests.support.window import Window, lines

from tierwise.core.errors import TierwiseError
from tierwise.models.rehearsal.faults import Fault, Faults
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.errors import sentence
from tierwise.store import schema
from tierwise.tasks.api import ChatParams, TaskParams
from tierwise.tasks.task.task import OVER

TASK: Final = 3.0
"""The configured deadline of a run, in seconds."""
CONFIG: Final = f"""
parallel = 64
[timeouts]
connect = 0.5
first_event = 0.5
between_events = 0.5
attempt = 1.5
task = {TASK}
slow_at_least = 0.4
"""
LIMIT: Final = "rate_limit_error"
MADNESS: Final = (
    Fault(status=429, kind=LIMIT),
    Fault(status=429, kind=LIMIT, retry_after="1"),
    Fault(status=429, kind=LIMIT, retry_after="120"),
    Fault(status=529, kind="overloaded_error"),
    Fault(after=0, how="error", kind="overloaded_error"),
    Fault(after=4, how="error", kind="overloaded_error"),
    Fault(status=500),
    Fault(status=502, body="<html>"),
    Fault(after=-1, how="reset"),
    Fault(after=4, how="reset"),
    Fault(after=0, how="stall"),
    Fault(after=4, how="stall"),
    Fault(after=4, how="drip"),
    Fault(after=4, how="bad_shape"),
    Fault(after=4, how="bad_json"),
    Fault(after=4, how="bad_utf8"),
    Fault(after=-1, how="html"),
    Fault(after=4, how="short_chunk"),
    Fault(after=0),
    Fault(after=4),
    Fault(first_delay=30),
    Fault(first_delay=0.3),
    Fault(pings=30, delay=0.1),
    Fault(text="word " * 400, delay=0.05),
    Fault(text="", stop_reason="end_turn"),
    Fault(text="half", stop_reason="max_tokens"),
    Fault(stop_reason="refusal"),
    Fault(text="```python\ndef broken(:\n```"),
)


class Mad(Faults):
    """Three requests of four go wrong, in an order fixed by the seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.drawn: Counter[str] = Counter()

    def take(self, model: str) -> Fault:
        fault = self.dice.choice(MADNESS) if self.dice.random() < 0.75 else Fault()
        self.drawn[f"{fault.status or fault.how}"] += 1
        return fault


@dataclass
class Tally:
    """What became of the runs; `wrong` says what must not be."""

    states: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: float = 0.0
    calls: int = 0
    most_calls: int = 0


async def chaos(folder: Path, runs: int, seed: int, at_once: int, slack: float = 2.0) -> Tally:
    """So many runs, `at_once` beside one another; `slack` is seconds past the deadline."""
    model = await RehearsalServer(faults=Mad(seed)).start()
    window = await Window.open(folder, model, CONFIG)
    dice, tally = random.Random(seed + 1), Tally()
    window.screen.answer = lambda question, options: _answered(dice, options)
    gate = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with gate:
            await _run(window, number, dice, tally, slack)

    try:
        await asyncio.gather(*(one(number) for number in range(runs)))
        await _books(window, model, tally)
    finally:
        await window.close()
        await model.close()
    return tally


async def _run(
    window: Window, number: int, dice: random.Random, tally: Tally, slack: float
) -> None:
    name, tier = f"run{number}", dice.choice((None, None, None, "haiku", "opus"))
    chats, gives_up = dice.random() < 0.4, dice.random() < 0.08
    if dice.random() < 0.5:
        window.app.world.breakers.by_place.clear()
    began = time.monotonic()
    if chats:
        calling: asyncio.Future[Any] = asyncio.ensure_future(
            window.app.chat(ChatParams(f"question {number}", task_id=name, tier=tier))
        )
    else:
        uri = window.papers.put(f"file{number}.py")
        params = TaskParams("document", uri, lines(0, 2), tier=tier, task_id=name)
        await window.app.start_task(params)
        calling = asyncio.ensure_future(window.ended(name))
    try:
        async with asyncio.timeout(TASK + slack + 30):
            if gives_up:
                await asyncio.sleep(dice.random())
                await window.app.cancel(name)
            await calling
    except TierwiseError as error:
        tally.errors[error.name] += 1
    except TimeoutError:
        tally.wrong.append(f"{name} hung in state {window.app.tasks[name].state}")
        return
    task, took = window.app.tasks[name], time.monotonic() - began
    # Nobody keeps a thousand files open, and each would be looked through for the next task.
    window.papers.close(f"file{number}.py")
    tally.longest = max(tally.longest, took)
    tally.states[task.state] += 1
    if task.state not in OVER | {"proposed"}:
        tally.wrong.append(f"{name} rests in state {task.state}")
    if task.state == "failed" and (task.error is None or not sentence(task.error).endswith(".")):
        tally.wrong.append(f"{name} failed without a sentence")
    if took > TASK + slack:
        tally.wrong.append(f"{name} took {took:.1f} s")


async def _books(window: Window, model: RehearsalServer, tally: Tally) -> None:
    """Every call the server saw has one reservation, and every reservation is closed."""
    world, table = window.app.world, schema.reservations
    await world.journal.flush()
    query = sa.select(table.c.task_id, table.c.state)
    rows = await world.window.ledger.read(lambda conn: conn.execute(query).all())
    per_task = Counter(row.task_id for row in rows)
    tally.calls, tally.most_calls = len(model.requests), max(per_task.values(), default=0)
    if tally.most_calls > 3:
        tally.wrong.append(f"{tally.most_calls} calls in one run")
    if len(rows) < len(model.requests):
        tally.wrong.append(f"{len(model.requests)} calls, {len(rows)} reservations")
    still = [row for row in rows if row.state == "open"]
    if still or world.budget_watch.state.day_reserved:
        tally.wrong.append(f"{len(still)} reservations stay open")


def _answered(dice: random.Random, options: Sequence[str]) -> str | None:
    return dice.choice([*(o for o in options if not o.startswith("Wait")), None])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_chaos")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--slack", type=float, default=2.0, help="seconds past the deadline")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(chaos(Path(folder), given.runs, given.seed, given.at_once, given.slack))
    states = ", ".join(f"{n} {state}" for state, n in tally.states.most_common())
    print(
        f"{given.runs} chaos runs in {time.monotonic() - began:.0f} s: {states};"
        f" {tally.calls} calls,"
        f" at most {tally.most_calls} in a run, longest run {tally.longest:.1f} s"
        f" (deadline {TASK:g} s), {len(tally.wrong)} wrong"
    )
    for line in tally.wrong[:20]:
        print(f"  {line}")
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
