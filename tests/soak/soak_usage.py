"""`python -m tests.soak.soak_usage --streams 2000`: chats with servers that lie about usage.

Each chat goes over real HTTP to a loopback server that tells generated counts. What was booked
must be the true cost where the counts can be true, else at least the true cost, marked assumed;
never below zero, and no cap may be crossed. Prints one line of figures; exits 1 when any fails.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from tests.support import usage_streams
from tests.support.usage_streams import Told
from tests.support.window import Window

from tierwise.core.errors import BudgetPaused, ModelError
from tierwise.core.money import to_nanos
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import schema
from tierwise.tasks.api import ChatParams

log = logging.getLogger(__name__)

CAP: Final = "0.40"
"""Dollars of the day's cap, raised by as much each time that it is reached."""
CONFIG: Final = f"[budget]\nday_usd = {CAP}\nrequest_usd = 1\n[learning]\non = false\n"
TIERS: Final = ("haiku", "haiku", "sonnet", "opus")
SENT: Final = "Look at this line of words and say what you make of it, briefly. "


@dataclass
class Tally:
    """What was booked; `wrong` says what must not be."""

    exact: int = 0
    bounded: int = 0
    refused: int = 0
    highest: float = 0.0
    unknowable: int = 0
    wrong: list[str] = field(default_factory=list)
    places: Counter[str] = field(default_factory=Counter)


async def usage_streams_booked(folder: Path, streams: int, seed: int) -> Tally:
    """So many chats, one after the other, on one ledger."""
    dice, tally = random.Random(seed), Tally()
    model = await RehearsalServer().start()
    window = await Window.open(folder, model, CONFIG)
    try:
        for number in range(streams):
            await _one(window, model, number, dice, tally)
        await _books(window, tally)
    finally:
        await window.close()
        await model.close()
    return tally


async def _one(
    window: Window, model: RehearsalServer, number: int, dice: random.Random, tally: Tally
) -> None:
    told = usage_streams.generated(dice)
    model.faults.default = told.fault()
    model.bills.clear()
    await _asked(window, number, dice, tally)
    state = window.app.world.budget_watch.state
    if state.day_limit is not None and state.day_spent + state.day_reserved > state.day_limit:
        tally.wrong.append(f"{number}: the cap was crossed")
    world = window.app.world
    rows = await world.window.ledger.read(
        lambda conn: conn.execute(_ROWS, {"id": f"t{number}-%"}).all()
    )
    if not rows or len(rows) != len(model.bills):
        tally.wrong.append(f"{number}: {len(model.bills)} calls, {len(rows)} booked")
    # An answer that was cut off is asked for once more, so that a chat may have two calls.
    for row, bill in zip(rows, model.bills, strict=False):
        _judge(window, number, told, row, bill, tally)


def _judge(
    window: Window, number: int, told: Told, row: Any, bill: Mapping[str, Any], tally: Tally
) -> None:
    """Compare what was booked for one call with what it truly used."""
    true, window_of = usage_streams.true_usage(bill), window.app.world.window
    cost = window_of.prices.cost(str(bill["model"]), true, window_of.clock())
    heard = told.largest(bill)
    streamed = min(len(told.text), row.max_tokens * 3)
    bounds = (row.input_bound, row.max_tokens)
    fits = usage_streams.believable(heard, row.input_chars, streamed, *bounds)
    if row.cost < 0:
        tally.wrong.append(f"{number}: {row.cost} nano-dollars were booked")
    elif fits and heard == true:
        tally.exact += 1
        if row.cost != cost or row.assumed:
            tally.wrong.append(f"{number}: {row.cost} booked for {cost}, {told}")
    elif fits:
        tally.unknowable += 1
    else:
        tally.bounded += 1
        tally.highest = max(tally.highest, row.cost / cost)
        if row.cost < cost or not row.assumed:
            tally.wrong.append(f"{number}: only {row.cost} booked for {cost}, {told}")


async def _asked(window: Window, number: int, dice: random.Random, tally: Tally) -> None:
    """Ask until it is answered; a budget that is reached is raised, and another task asks."""
    prompt = SENT * dice.choice((1, 4, 40)) + str(number)
    for attempt in range(30):
        task_id = f"t{number}-{attempt}"
        # A refused chat stays refused: run later, its call would stand between those of the next.
        params = ChatParams(
            prompt, task_id, f"c{number // 4}", tier=dice.choice(TIERS), waits=False
        )
        try:
            await window.app.chat(params)
        except BudgetPaused:
            tally.refused += 1
            await window.app.resume(raise_nanos=to_nanos(CAP), scope="day")
            continue
        except ModelError:
            log.debug("%s failed", task_id)
        return
    raise AssertionError("the budget was raised thirty times for one chat")


async def _books(window: Window, tally: Tally) -> None:
    """At the end the sums are those of the rows, and nothing is left open."""
    rows = schema.reservations
    query = sa.select(sa.func.sum(rows.c.cost), sa.func.min(rows.c.cost))
    total, least = await window.app.world.window.ledger.read(lambda conn: conn.execute(query).one())
    await window.app.world.budget_watch.refresh()
    state = window.app.world.budget_watch.state
    if state.day_spent != total or least < 0 or state.day_reserved:
        tally.wrong.append(f"the sums say {state.day_spent}, the rows {total}; least {least}")


_ROWS: Final = (
    sa.select(schema.reservations)
    .where(schema.reservations.c.task_id.like(sa.bindparam("id")))
    .order_by(schema.reservations.c.task_id, schema.reservations.c.request_id)
)


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(usage_streams_booked(Path(folder), given.streams, given.seed))
    print(
        f"{given.streams} streams in {time.monotonic() - began:.0f} s: {tally.exact} booked at"
        f" their true cost, {tally.bounded} at their bound (at most {tally.highest:.1f} times the"
        f" truth), {tally.unknowable} whose false counts could be true, {tally.refused} refused by"
        f" the cap; {len(tally.wrong)} wrong"
    )
    for line in tally.wrong[:20]:
        print(" ", line)
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
