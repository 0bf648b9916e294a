"""Holds the server's purse against the Python purse on generated lives.

`python -m tests.soak.soak_purses [--cases N] [--first SEED]` starts a PostgreSQL server, prints
how many lives agree, and exits 1 at the first that does not.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.support.postgres import PostgresServer
from tests.support.purses import Pair, consistent, differences


async def _run(url: str, first: int, cases: int) -> int:
    pair = Pair(url)
    for seed in range(first, first + cases):
        found = await differences(seed, pair)
        if found or not await consistent(pair):
            print(f"seed {seed}: {found or 'the sums are not what the reservations add up to'}")
            return 1
    print(f"{cases} generated lives: both purses agree in every row and every refusal")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    with PostgresServer() as server:
        return asyncio.run(_run(server.url, given.first, given.cases))


if __name__ == "__main__":
    sys.exit(main())
