"""Soak of the ledger: races for one cap, and kills in the middle of writing.

`python -m tests.soak.soak_ledger [--races N] [--kills N] [--minutes M]` prints what was run
and what was found, and exits 1 when money was lost, doubled or overspent.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.soak.soak_ledger_workers import Nursery, Order, purse_on
from tests.support.ledgers import on_postgres

from tierwise.store import backup, reservations
from tierwise.store.deferred import Connection

WINDOWS = 8


@dataclass(frozen=True)
class Race:
    """A finished race: nano-dollars of the cap and of what was spent."""

    cap: int
    spent: int
    consistent: bool

    @property
    def used(self) -> float:
        return self.spent / self.cap


@dataclass(frozen=True)
class Carnage:
    """What was found after the kills. `lost` and `doubled` must be 0, `consistent` true."""

    kills: int
    acknowledged: int
    lost: int
    doubled: int
    consistent: bool
    sound: bool
    orphans: int


def race_once(nursery: Nursery, seed: int, cap: int) -> Race:
    """Eight windows spend from one cap until nothing fits."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = [seed * WINDOWS + n for n in range(WINDOWS)]
        for each in seeds:
            nursery.start(Order("race", folder, cap, each))
        for each in seeds:
            nursery.result(each)
        return asyncio.run(_after_race(Path(folder), cap))


async def _after_race(folder: Path, cap: int) -> Race:
    ledger = purse_on(folder, cap).ledger
    stored = await ledger.read(reservations.stored)
    recomputed = await ledger.read(reservations.recomputed)
    await ledger.close()
    spent = sum(sums.settled for (scope, _), sums in recomputed.items() if scope == "day")
    return Race(cap, spent, stored == recomputed)


def kill_many(nursery: Nursery, kills: int, seed: int, deadline: float) -> Carnage:
    """Kill writers at random moments, start others, then account for every acknowledgement."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder, done, following = Path(name), 0, seed * 1_000_000
        running: list[int] = []
        while done < kills and time.monotonic() < deadline:
            while len(running) < WINDOWS:
                following += 1
                nursery.start(Order("write", name, 0, following))
                running.append(following)
            time.sleep(rng.uniform(0.0, 0.12))
            nursery.kill(running.pop(rng.randrange(len(running))))
            done += 1
        for each in running:
            nursery.kill(each)
        return asyncio.run(_after_kills(folder, done + len(running)))


async def _after_kills(folder: Path, kills: int) -> Carnage:
    purse = purse_on(folder, None)
    orphans = await purse.reap()
    found = await purse.ledger.read(_all_rows)
    rows = {row[0]: row[2:] for row in found}
    total, distinct = len(found), len({row[1] for row in found})
    sound = on_postgres() or backup.sound(folder / "ledger.db")
    acks = [line.split() for path in folder.glob("acks-*") for line in _whole_lines(path)]
    lost = sum(1 for ack in acks if not _kept(ack, rows))
    stored = await purse.ledger.read(reservations.stored)
    recomputed = await purse.ledger.read(reservations.recomputed)
    await purse.ledger.close()
    nothing_open = all(sums.reserved == 0 for sums in stored.values())
    return Carnage(
        kills,
        len(acks),
        lost,
        total - distinct,
        stored == recomputed and nothing_open,
        sound,
        orphans,
    )


def _all_rows(conn: Connection) -> list[tuple[str, str, str, int, int]]:
    found = conn.exec_driver_sql("SELECT id, request_id, state, worst, cost FROM reservations")
    return [tuple(row) for row in found]


def _whole_lines(path: Path) -> list[str]:
    text = path.read_text()
    return text[: text.rfind("\n") + 1].splitlines()


def _kept(ack: list[str], rows: dict[str, tuple[str, int, int]]) -> bool:
    kind, name, amount = ack
    found = rows.get(name)
    if found is None:
        return False
    state, worst, cost = found
    return worst == int(amount) if kind == "R" else (state == "settled" and cost == int(amount))


def main() -> int:
    """Run the soak; 0 when nothing was lost, doubled or overspent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--races", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=30.0)
    asked = parser.parse_args()
    deadline = time.monotonic() + asked.minutes * 60
    with Nursery() as nursery:
        killed = kill_many(nursery, asked.kills, 7, deadline)
        print(f"kills: {killed}", flush=True)
        races: list[Race] = []
        rng = random.Random(11)
        for n in range(asked.races):
            if time.monotonic() > deadline:
                break
            races.append(race_once(nursery, n + 1, rng.randint(4, 20) * 500_000_000))
    over = [r for r in races if r.spent > r.cap or not r.consistent]
    if races:
        used = [r.used for r in races]
        print(
            f"races: {len(races)} of {asked.races}, overspent or inconsistent {len(over)}, "
            f"cap used median {statistics.median(used):.4f} least {min(used):.4f}"
        )
    bad = bool(over) or killed.lost or killed.doubled or not (killed.consistent and killed.sound)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
