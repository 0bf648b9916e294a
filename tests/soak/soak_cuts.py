"""`python -m tests.soak.soak_cuts --cuts 200`: the network between purses and their server is cut.

Three purses race for one cap over a relay. At a random moment of each round the relay breaks every
connection, whatever is on its way, and for a while lets none through. A client whose settlement
failed tries it again, as a window does. Every second round has a cap that a few calls use up, so
that whoever counts a lost answer wrongly crosses it; the sums are read all the time meanwhile.
Prints one line of figures; exits 1 when something that was acknowledged is not in the ledger, is
there twice, is left open, a cap was crossed at any moment, or no low cap paused anybody.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from tests.support.postgres import PostgresServer, schema

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse, ReservationRequest
from tierwise.core.errors import BudgetPaused, LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import schema as tables
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import recomputed, stored

PURSES: Final = 3
CALLS: Final = 8
"""Calls of a purse in a round."""
CALLS_OF_LOW_CAP: Final = (1.2, 6.0)
"""Calls at their worst that fit under the cap of every second round, from and to."""
TIER: Final = DEFAULT_LADDER.get("haiku")


class Relay:
    """A port that leads to another one, until it is cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._through: set[asyncio.StreamWriter] = set()
        self._away = False

    async def start(self) -> int:
        """Begin; the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def cut(self, seconds: float) -> None:
        """Break every connection in its middle, and take none for some seconds."""
        self._away = True
        for writer in list(self._through):
            writer.transport.abort()
        await asyncio.sleep(seconds)
        self._away = False

    def close(self) -> None:
        """End."""
        self._server.close()
        for writer in list(self._through):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._away:
            writer.transport.abort()
            return
        there, out = await asyncio.open_connection("127.0.0.1", self._to)
        self._through |= {writer, out}
        await asyncio.gather(self._pass(reader, out), self._pass(there, writer))
        self._through -= {writer, out}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                # In pieces, so that a cut falls into the middle of a message as well.
                for at in range(0, len(data), 64):
                    writer.write(data[at : at + 64])
                    await asyncio.sleep(0)
        except OSError:
            pass
        finally:
            writer.close()


class Client:
    """A purse and what it was told: `booked` is the cost of each settlement by its request."""

    def __init__(self, url: str, limit: list[int], chance: random.Random) -> None:
        self.ledger = Ledger.open(Path("nowhere"), url)
        self._chance = chance
        self.purse = Purse(
            self.ledger,
            PriceTable.load,
            lambda: Limits(day=limit[0], timezone="UTC"),
            lambda: TIER,
        )
        self.booked: dict[str, int] = {}
        self.refused = self.away = 0

    def ask(self, name: str) -> ReservationRequest:
        """A call of a round."""
        return ReservationRequest(
            task_id=name, request_id=name, tier=TIER, prompt="x" * 400, action="edit",
            language=None, max_tokens=600, project="p", marked=True,
        )  # fmt: skip

    async def call(self, name: str) -> None:
        """Reserve, mark as sent, settle; what cannot be settled is tried until it is."""
        ask = self.ask(name)
        try:
            held = await self.purse.reserve(ask)
        except BudgetPaused:
            self.refused += 1
            return
        except LedgerUnavailable:
            self.away += 1
            return
        try:
            await self.purse.let_go(held)
        except LedgerUnavailable:
            self.away += 1
            await self._until(lambda: self.purse.release(held))
            return
        used = Usage(self._chance.randint(50, 120), self._chance.randint(1, 600))
        cost: list[int] = []

        async def settle() -> None:
            cost.append((await self.purse.settle(held, used))[1])

        await self._until(settle)
        self.booked[name] = cost[-1]

    async def _until(self, step: object) -> None:
        while True:
            try:
                await step()  # type: ignore[operator]  # a coroutine function of this class
                return
            except LedgerUnavailable:
                self.away += 1
                await asyncio.sleep(0.02)


async def watch(look: Ledger, limit: Sequence[int]) -> int:
    """Read what is spent and reserved until cancelled; how often it was more than the cap."""
    crossed = 0
    try:
        while True:
            crossed += await _spent(look) > limit[0]
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        return crossed


async def work(client: Client, name: str) -> None:
    """The calls of one purse in a round."""
    for call in range(CALLS):
        await client.call(f"{name}-{call}")


async def run(server: PostgresServer, url: str, cuts: int, seed: int) -> int:
    """Cut so often; how many things were wrong."""
    chance, relay, limit = random.Random(seed), Relay(server.port), [0]
    port = await relay.start()
    far = url.replace(f":{server.port}/", f":{port}/")
    look, at_any_time = Ledger.open(Path("nowhere"), url), Ledger.open(Path("nowhere"), url)
    clients = [Client(far, limit, random.Random(seed + n)) for n in range(PURSES)]
    wrong: list[str] = []
    used: list[float] = []
    for number in range(cuts):
        low, before = number % 2 == 1, await _spent(look)
        worst, paused = clients[0].purse.worst(clients[0].ask("")), _paused(clients)
        cap = int(worst * (chance.uniform(*CALLS_OF_LOW_CAP) if low else PURSES * CALLS))
        limit[0] = before + cap
        watcher = asyncio.create_task(watch(at_any_time, limit))
        jobs = [
            asyncio.create_task(work(client, f"{number}-{n}")) for n, client in enumerate(clients)
        ]
        await asyncio.sleep(chance.uniform(0.0, 0.15))
        await relay.cut(chance.uniform(0.0, 0.2))
        await asyncio.gather(*jobs)
        for client in clients:
            await client._until(client.purse.give_back)
        watcher.cancel()
        if await watcher or await _spent(look) > limit[0]:
            wrong.append(f"round {number}: the cap was crossed")
        if low and _paused(clients) > paused:
            used.append((await _spent(look) - before) / cap)
    if cuts > 1 and not used:
        wrong.append("no low cap paused anybody")
    table = tables.reservations
    rows = await look.read(lambda conn: conn.execute(sa.select(table)).mappings().all())
    costs = {row["request_id"]: row["cost"] for row in rows}
    told = {name: cost for client in clients for name, cost in client.booked.items()}
    lost = [name for name, cost in told.items() if costs.get(name) != cost]
    wrong += [f"{name} was acknowledged and is not booked so" for name in lost]
    if len(costs) != len(rows):
        wrong.append("a request is there twice")
    wrong += [f"{row['request_id']} is left open" for row in rows if row["state"] == "open"]
    wrong += [
        f"{row['request_id']} cost something and nobody was told"
        for row in rows
        if row["cost"] and row["request_id"] not in told
    ]
    if not await look.read(lambda conn: stored(conn) == recomputed(conn)):
        wrong.append("the sums do not add up")
    for client in clients:
        await client.ledger.close()
    await look.close()
    await at_any_time.close()
    relay.close()
    print(
        f"{cuts} cuts, {len(told)} calls booked, {_paused(clients)} paused in {len(used)} of "
        f"{cuts // 2} rounds with a low cap, of which {statistics.mean(used or [0]):.0%} was used; "
        f"{sum(c.away for c in clients)} times told that the ledger is away; "
        f"lost, doubled, overspent or open: {len(wrong)}"
    )
    for line in wrong[:20]:
        print(f"WRONG: {line}")
    return len(wrong)


def _paused(clients: Sequence[Client]) -> int:
    return sum(client.refused for client in clients)


async def _spent(ledger: Ledger) -> int:
    rows = await ledger.read(stored, own_writes=False)
    return sum(s.settled + s.reserved for (scope, _), s in rows.items() if scope == "day")


def main() -> int:
    """Run it; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_cuts")
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=27)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="tierwise-soak-"),
        PostgresServer() as server,
        schema(server.url) as url,
    ):
        return int(asyncio.run(run(server, url, asked.cuts, asked.seed)) > 0)


if __name__ == "__main__":
    sys.exit(main())
