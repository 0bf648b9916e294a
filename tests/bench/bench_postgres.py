"""Times reserve and settle on a PostgreSQL server, beside a bare statement.

`python -m tests.bench.bench_postgres [--calls N] [--rows N ...]` starts a server that waits for the
disk, and prints p50 and p99 in milliseconds: with no latency, with 10 ms of it, and with more and
more rows in the ledger. There the quietest of three looks counts, and beside it stands how many
pages the server touches for a call, which no other work on the machine changes. The server's own
plans say which large tables a call reads whole.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import psycopg
from tests.support.postgres import PostgresServer, schema

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse, ReservationRequest
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store.ledger import Ledger

FILL: Final = """
INSERT INTO reservations (id, request_id, task_id, created_ms, settled_ms, lease_ms, owner, day,
  period, project, action, language, tier, model, base_url, input_chars, input_bound, max_tokens,
  worst, expected, state, cost, input_tokens, output_tokens, cache_read_tokens,
  cache_write_5m_tokens, cache_write_1h_tokens, assumed, allowed, price_known, rehearsal, sent_ms,
  member)
SELECT 'r' || key, 'q' || key, 't' || key, now_ms() - 7200000 - n * 1000, 1, 1, '',
  '2026-' || lpad((1 + n %% 10)::text, 2, '0') || '-' || lpad((1 + n %% 28)::text, 2, '0'),
  '2026-' || lpad((1 + n %% 10)::text, 2, '0'), 'p' || n %% 50, 'edit', NULL, 'haiku', 'm', NULL,
  1, 1, 1, 5, 5, CASE n %% 10 WHEN 0 THEN 'released' ELSE 'settled' END, 1, 0, 0, 0, 0, 0,
  false, false, true, false, 1, 'm' || n %% 40
FROM (
  SELECT n, md5(n::text) AS key FROM generate_series(%s::bigint, %s::bigint) AS n ORDER BY 2
) AS made
"""
"""Rows of a past year, keys in no order of time. They are laid in by their keys' order, which an
index takes in fast."""
LOOKS: Final = 3
LARGE: Final = 10_000
"""Rows of a table that no plan may read from end to end."""
EXPLAIN: Final = (
    "LOAD 'auto_explain'",
    "ALTER SYSTEM SET session_preload_libraries = 'auto_explain'",
    "ALTER SYSTEM SET auto_explain.log_min_duration = 0",
    "ALTER SYSTEM SET auto_explain.log_nested_statements = on",
    "SELECT pg_reload_conf()",
)
QUIET: Final = ("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")


@contextlib.asynccontextmanager
async def delayed(port: int, seconds: float) -> AsyncIterator[int]:
    """A port that passes everything on to another, each way `seconds` later."""

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(65_536):
            loop.call_later(seconds, writer.write, data)
        loop.call_later(seconds, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def timed(url: str, calls: int) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Milliseconds of a bare statement, of reserve and of settle; the first of each left out."""
    ledger = Ledger.open(Path("nowhere"), url)
    limits = Limits(day=10**15, hour=10**15, timezone="UTC")
    tier = DEFAULT_LADDER.get("haiku")
    purse = Purse(ledger, PriceTable.load, lambda: limits, lambda: tier)
    bare: list[float] = []
    reserve: list[float] = []
    settle: list[float] = []
    for n in range(calls + 20):
        ask = ReservationRequest(
            task_id=f"b{n}", request_id=f"{time.time_ns()}", tier=tier, prompt="x" * 2_000,
            action="edit", language=None, max_tokens=500, project="p", marked=True, member="m1",
        )  # fmt: skip
        at = [time.perf_counter()]
        await ledger.call("SELECT 1", ())
        at.append(time.perf_counter())
        held = await purse.reserve(ask)
        at.append(time.perf_counter())
        await purse.settle(held, Usage(100, 100))
        at.append(time.perf_counter())
        for into, begun, ended in zip((bare, reserve, settle), at, at[1:], strict=False):
            into.append((ended - begun) * 1_000)
    await ledger.close()
    return bare[20:], reserve[20:], settle[20:]


def pages(url: str) -> int:
    """Pages that the server touched so far in this database, in memory or on the disk."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        row = conn.execute(
            "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


async def grown(url: str, calls: int) -> tuple[Sequence[Sequence[float]], float]:
    """The quietest of some looks, by its median of reserve, and the pages that a call touches."""
    before = pages(url)
    looks = [await timed(url, calls) for _ in range(LOOKS)]
    touched = (pages(url) - before) / (LOOKS * (calls + 20))
    return min(looks, key=lambda times: statistics.median(times[1])), touched


def fill(url: str, first: int, last: int) -> None:
    """Lay past rows into the ledger, and let the server know its new size."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        # The daily sums of made-up rows are of no use to anybody.
        conn.execute("SET session_replication_role = replica")
        conn.execute(FILL, (first, last))
        conn.execute("VACUUM ANALYZE reservations")


async def read_whole(server: PostgresServer, url: str, calls: int) -> Sequence[str]:
    """The large tables that reserving and settling reads from end to end, by the server's plans."""
    plain = url.replace("+psycopg", "")
    log = server.folder / "log"
    with psycopg.connect(plain, autocommit=True) as conn:
        for statement in EXPLAIN:
            conn.execute(statement)
        before = log.stat().st_size
        await timed(url, calls)
        for statement in QUIET:
            conn.execute(statement)
        plans = log.read_bytes()[before:].decode()
        if "reservations" not in plans:
            raise RuntimeError("the server logged no plan")
        large = conn.execute(
            "SELECT relname FROM pg_class WHERE reltuples > %s AND relkind = 'r'", (LARGE,)
        )
        names = {name for (name,) in large}
    return sorted(names & set(re.findall(r"Seq Scan on (\w+)", plans)))


def told(name: str, times: Sequence[Sequence[float]]) -> str:
    """One line of figures."""
    parts = [
        f"{what} {statistics.median(each):6.1f} / {sorted(each)[int(len(each) * 0.99)]:6.1f}"
        for what, each in zip(("bare", "reserve", "settle"), times, strict=True)
    ]
    return f"{name:24} {'   '.join(parts)}  ms (p50 / p99)"


async def run(server: PostgresServer, calls: int, rows: Sequence[int]) -> None:
    with schema(server.url) as url:
        print(told("no latency", await timed(url, calls)), flush=True)
        async with delayed(server.port, 0.005) as port:
            far = url.replace(f":{server.port}/", f":{port}/")
            times = await asyncio.to_thread(asyncio.run, timed(far, min(calls, 150)))
            print(told("10 ms of latency", times), flush=True)
        there = 0
        medians, touches = [], []
        for wanted in rows:
            begun = time.perf_counter()
            fill(url, there, wanted - 1)
            there, took = wanted, time.perf_counter() - begun
            seen, touched = await grown(url, calls)
            medians.append([statistics.median(each) for each in seen])
            touches.append(touched)
            line = told(f"{wanted:,} rows", seen)
            print(f"{line}; {touched:.0f} pages a call; laid in {took:.0f} s", flush=True)
        if len(medians) > 1:
            ratios = [last / first for first, last in zip(medians[0], medians[-1], strict=True)]
            print(
                f"{rows[-1]:,} rows against {rows[0]:,}: reserve {ratios[1]:.2f} times, settle "
                f"{ratios[2]:.2f} times, a bare statement {ratios[0]:.2f} times, pages "
                f"{touches[-1] / touches[0]:.2f} times"
            )
        whole = await read_whole(server, url, 20)
        print(f"large tables that a plan reads from end to end: {', '.join(whole) or 'none'}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000, 100_000, 5_000_000])
    given = parser.parse_args()
    with PostgresServer(durable=True) as server:
        asyncio.run(run(server, given.calls, given.rows))


if __name__ == "__main__":
    main()
