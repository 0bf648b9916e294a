"""Sums of a large ledger: the upgrade from the first shape, `stats` and `usage/query`.

`python -m tests.bench.bench_sums [--tasks N] [--folder DIR]` builds a ledger of the first
shape with N tasks over a year, upgrades it, and prints processor time, wall time and memory.
A folder that holds such a ledger is used again.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

DAYS = 365
LAST = date(2026, 11, 28)
TIERS = (
    ("haiku", "claude-haiku-5-5"),
    ("sonnet", "claude-sonnet-5-5"),
    ("opus", "claude-opus-5-5"),
)
ACTIONS = ("chat", "edit", "explain", "fix", "document", "test", "refactor", "generate", "review")
PROJECTS = 8
BUILT = "built"


def build(path: Path, tasks: int) -> None:
    """A ledger of the first shape, as a busy year would have left it."""
    from tierwise.store.steps import STEPS

    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=OFF")
        for statement in STEPS[0].statements:
            raw.execute(statement)
        raw.execute("PRAGMA user_version=1")
        rng = random.Random(18)
        for first in range(0, tasks, 20_000):
            raw.execute("BEGIN")
            _insert(raw, rng, range(first, min(first + 20_000, tasks)), tasks)
            raw.execute("COMMIT")
        raw.execute(
            "INSERT INTO spent SELECT 'day', day, 0, SUM(cost), 0, 0 FROM reservations GROUP BY day"
        )
        raw.execute(
            "INSERT INTO spent SELECT 'project', project || '|' || period, 0, SUM(cost), 0, 0"
            " FROM reservations GROUP BY project, period"
        )
        raw.execute("INSERT INTO calendar VALUES (1, ?, 'UTC', ?)", (LAST.isoformat(), 1_000))


def _insert(raw: sqlite3.Connection, rng: random.Random, numbers: range, tasks: int) -> None:
    rows: dict[str, list[tuple[object, ...]]] = {
        "tasks": [], "decisions": [], "reservations": [], "outcomes": [],
    }  # fmt: skip
    for n in numbers:
        day = LAST - timedelta(days=DAYS - 1 - n * DAYS // tasks)
        at_ms = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000) + n
        name, project, action = f"{n:032x}", f"/home/p{n % PROJECTS}", rng.choice(ACTIONS)
        place = rng.choices((0, 1, 2), (6, 3, 1))[0]
        rows["tasks"].append(
            (name, at_ms, project, action, "python", f"file:///p/{n % 999}.py", None, None, "s",
             0, "applied", None, None)
        )  # fmt: skip
        tries = [place] if rng.random() < 0.9 or place == 2 else [place, place + 1]
        for seq, tier in enumerate(tries, 1):
            answering, model = TIERS[tier]
            cause = "routed" if seq == 1 else "escalated"
            rows["decisions"].append(
                (name, seq, at_ms, TIERS[place][0], TIERS[place][0], answering, cause, 0.9, 1.0,
                 "w", 1, "", None, "", '{"signals":{}}')
            )  # fmt: skip
            given, made = rng.randint(200, 150_000), rng.randint(20, 4_000)
            cost = given * (100, 2_000, 4_000)[tier] + made * (500, 10_000, 20_000)[tier]
            rows["reservations"].append(
                (f"r{name}{seq}", f"{name}:{seq}", name, at_ms, at_ms, at_ms, "o", day.isoformat(),
                 day.isoformat()[:7], project, action, "python", answering, model, None, given * 3,
                 given * 2, 8192, cost * 2, cost, "settled", cost, given, made, 0, 0, 0, 0, 0, 1, 0)
            )  # fmt: skip
        if n % 3:
            rows["outcomes"].append((name, "applied" if n % 6 else "discarded", at_ms, "haiku"))
    for table, some in rows.items():
        named = " (task_id, kind, at_ms, tier)" if table == "outcomes" else ""
        marks = ", ".join("?" * len(some[0]))
        raw.executemany(f"INSERT INTO {table}{named} VALUES ({marks})", some)


def timed(act: Callable[[], T], times: int = 9) -> tuple[T, float, float]:
    """What it gave, and the median and worst wall time in milliseconds."""
    took: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        result = act()
        took.append((time.perf_counter() - began) * 1000)
    return result, statistics.median(took), max(took)


def measure(folder: Path) -> Iterator[str]:
    """The figures of one process that opens the ledger and asks for the sums."""
    from tierwise.budget import usage
    from tierwise.budget.limits import Limits
    from tierwise.budget.prices import PriceTable
    from tierwise.budget.purse import Purse
    from tierwise.cli.stats import summary
    from tierwise.core.tiers import DEFAULT_LADDER
    from tierwise.store import stats
    from tierwise.store.ledger import Ledger

    prices, ladder = PriceTable.load(), DEFAULT_LADDER
    ledger = Ledger.open(folder)
    began = time.perf_counter()
    ledger.write_sync(lambda conn: None)
    yield f"opened, and upgraded where that was due, in {time.perf_counter() - began:.1f} s"
    at = datetime(LAST.year, LAST.month, LAST.day, 13, tzinfo=UTC)
    purse = Purse(
        ledger,
        lambda: prices,
        lambda: Limits(timezone="UTC"),
        lambda: ladder.get("haiku"),
        lambda: at,
    )
    state = purse.state_sync("/home/p1")

    def used() -> tuple[usage.ScopeUse, ...]:
        return ledger.read_sync(lambda conn: usage.read(conn, state, prices, ladder))

    def summed() -> dict[str, object]:
        return ledger.read_sync(lambda conn: summary(conn, stats.EVERYTHING, ladder, prices))

    scopes, median, worst = timed(used)
    yield f"usage/query: median {median:.1f} ms, worst {worst:.1f} ms ({scopes[1].tasks} tasks)"
    figures, median, worst = timed(summed)
    yield f"stats' sums: median {median:.1f} ms, worst {worst:.1f} ms ({figures['tasks']} tasks)"
    cut = stats.LedgerCut(since=(LAST - timedelta(days=29)).isoformat())
    _, median, worst = timed(
        lambda: ledger.read_sync(lambda conn: summary(conn, cut, ladder, prices))
    )
    yield f"stats of 30 days: median {median:.1f} ms, worst {worst:.1f} ms"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"memory at most {peak:.0f} MB"
    by_tier = sum(row["costUsd"] for row in figures["byTier"].values())  # type: ignore[attr-defined]  # a table of tables
    yield f"spent {figures['spentUsd']:.6f}, by tier {by_tier:.6f}"
    ledger.close_sync()


def main() -> int:
    """Build where needed, then measure in fresh processes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure is not None:
        for line in measure(asked.measure):
            print(line, flush=True)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / BUILT).exists():
            began = time.perf_counter()
            build(folder / "ledger.db", asked.tasks)
            (folder / BUILT).write_text(json.dumps(asked.tasks))
            size = (folder / "ledger.db").stat().st_size / 2**20
            print(
                f"built {asked.tasks:,} tasks in {time.perf_counter() - began:.0f} s, {size:.0f} MB"
            )
        for title in ("first opening", "again"):
            print(f"-- {title}", flush=True)
            command = [sys.executable, "-m", "tests.bench.bench_sums", "--measure", str(folder)]
            subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
