"""A window of any version on one ledger: `python upgrade_worker.py STATE NAME`.

Runs with the version of Tierwise that PYTHONPATH names, old or new. It asks tasks, reserves and
settles until its standard input is closed, and writes a line for every step that was acknowledged.
"""

from __future__ import annotations

import asyncio
import random
import sys
import threading
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any


def _first(*names: str) -> Any:
    """The first of several modules that this version has."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise ImportError(names[0])


async def work(state: Path, name: str) -> None:
    """Live as a window does, until standard input is closed."""
    purse_room = _first("tierwise.budget.purse", "tierwise.budget.reserve")
    asking = _first("tierwise.budget.reservation", "tierwise.budget.ask")
    ledgers = _first("tierwise.store.ledger", "tierwise.store.engine")
    limits = import_module("tierwise.budget.limits")
    prices = import_module("tierwise.budget.prices").PriceTable.load()
    ladder = import_module("tierwise.core.tiers").DEFAULT_LADDER
    usage = import_module("tierwise.core.money").Usage
    rows = import_module("tierwise.store.decisions")
    request = getattr(asking, "ReservationRequest", None) or asking.Ask

    over, rng, n = threading.Event(), random.Random(name), 0

    def wait_for_the_end() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    ledger = ledgers.Ledger.open(state)
    asks_anew = "price_table" in purse_room.Purse.__dataclass_fields__
    purse = purse_room.Purse(
        ledger,
        (lambda: prices) if asks_anew else prices,
        lambda: limits.Limits(timezone="UTC"),
        lambda: ladder.get("haiku"),
    )
    while not over.is_set():
        n += 1
        task, tier = f"{name}-{n}", ladder.get(rng.choice(ladder.names))
        at = int(datetime.now(UTC).timestamp() * 1000)
        row = rows.TaskRow(task, at, "soak", "edit", None, None, None, None, name, False, "routing")
        made = rows.DecisionRow("haiku", "haiku", tier.name, "routed", 0.9, 1.0, "w", {})
        await ledger.write(lambda conn, row=row: rows.insert_task(conn, row))
        await ledger.write(
            lambda conn, task=task, made=made: rows.record_decision(conn, task, 1, made)
        )
        held = await purse.reserve(
            request(task, f"{task}:1", tier, "x" * 400, "edit", None, 500, "soak")
        )
        _, cost = await purse.settle(held, usage(rng.randint(1, 300), rng.randint(1, 500)))
        print(f"{task} {cost}", flush=True)
    await ledger.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
