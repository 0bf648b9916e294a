"""Reads of the ledger: the reader thread beside aiosqlite, for the same statements.

`python -m tests.bench.bench_reads [--folder DIR]` reads a ledger (that of `bench_sums`, or a small
one it makes) both ways, one after the other and forty at once, and prints latency, processor time
and how long the event loop stood still. Needs `pip install aiosqlite`.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench.bench_sums import build

from tierwise.store import stats
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger

SUMS = "SELECT scope, settled, reserved FROM spent WHERE rehearsal = 0 AND scope = 'day' LIMIT 2"
TASKS = "SELECT * FROM tasks ORDER BY created_ms DESC, task_id DESC LIMIT 500"
CELLS = (
    "SELECT day, tier, model, prompt_size, SUM(cost) FROM daily_spend WHERE rehearsal = 0"
    " GROUP BY day, tier, model, prompt_size"
)
Read = Callable[[], Awaitable[object]]


def direct(ledger: Ledger, query: str) -> Read:
    """The reader thread with the driver's own rows."""

    def rows(conn: Connection) -> list[Any]:
        return list(conn.exec_driver_sql(query).all())

    async def read() -> object:
        return await ledger.read(rows)

    return read


def driver(ledger: Ledger, query: str) -> Read:
    """The reader thread with plain `sqlite3`, which is what aiosqlite runs in its own thread."""

    def rows(conn: Connection) -> list[Any]:
        plain: Any = conn.connection.driver_connection
        return list(plain.execute(query).fetchall())

    async def read() -> object:
        return await ledger.read(rows)

    return read


def core(ledger: Ledger) -> Read:
    """The reader thread with the statement as the program has it, rows decoded there."""

    async def read() -> object:
        return await ledger.read(stats.spend)

    return read


def other(connection: Any, query: str) -> Read:
    """aiosqlite: a thread of its own, the rows handed over to the event loop."""

    async def read() -> object:
        return await connection.execute_fetchall(query)

    return read


async def lag(over: asyncio.Event) -> float:
    """The longest time that the event loop stood still, in milliseconds."""
    worst = 0.0
    while not over.is_set():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, (time.perf_counter() - began) * 1000 - 1)
    return worst


async def measured(name: str, read: Read, times: int) -> None:
    """Print the figures of one way of reading."""
    await read()
    over = asyncio.Event()
    watch = asyncio.create_task(lag(over))
    used, took = time.process_time(), []
    for _ in range(times):
        began = time.perf_counter()
        await read()
        took.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
    await asyncio.gather(*(read() for _ in range(40)))
    at_once = (time.perf_counter() - began) * 1000
    used = (time.process_time() - used) * 1000 / (times + 40)
    over.set()
    print(
        f"{name:34} median {statistics.median(took):7.2f} ms  worst {max(took):7.2f}  "
        f"40 at once {at_once:8.1f}  processor {used:6.2f} ms  loop still {await watch:6.1f} ms",
        flush=True,
    )


async def compare(folder: Path) -> None:
    """Both ways on one ledger."""
    aiosqlite = importlib.import_module("aiosqlite")
    ledger = Ledger.open(folder)
    await ledger.write(lambda conn: None)
    uri = f"{ledger.path.absolute().as_uri()}?mode=ro"
    async with aiosqlite.connect(uri, uri=True) as connection:
        for title, query, times in (("2 sums", SUMS, 300), ("500 tasks", TASKS, 100)):
            await measured(f"{title}, reader thread", direct(ledger, query), times)
            await measured(f"{title}, thread, plain", driver(ledger, query), times)
            await measured(f"{title}, aiosqlite", other(connection, query), times)
        await measured("cells of a year, reader thread", direct(ledger, CELLS), 20)
        await measured("cells of a year, thread, plain", driver(ledger, CELLS), 20)
        await measured("cells of a year, decoded there", core(ledger), 20)
        await measured("cells of a year, aiosqlite", other(connection, CELLS), 20)
    await ledger.close()


def main() -> int:
    """Measure on the ledger of a folder, or on a small one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if not (folder / "ledger.db").exists():
            build(folder / "ledger.db", 20_000)
        asyncio.run(compare(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
