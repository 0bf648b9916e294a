"""Soak of a team: 50 clients over two gateways on one PostgreSQL, everything killed at random.

`python -m tests.soak.soak_team [--runs N] [--minutes M]` prints what was run and what was found. In
each run three members race for one cap: the team's, each member's or the project's. Meanwhile
clients go away, gateways are killed, connections are cut, and the database crashes and comes back.
Exits 1 when a cap was crossed, by the ledger or by the model server's bills; when a call reached
the model without a reservation of its own; when something was booked twice or not at all; or when
a client was told something else than an answer, a pause, or that the ledger is away.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp
import psycopg
import sqlalchemy as sa
from tests.support.agent import body_of
from tests.support.gateways import GatewayPool
from tests.support.plan_server import PlanServer
from tests.support.postgres import PostgresServer
from tests.support.teams import TeamDesk

from tierwise.budget import days
from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse
from tierwise.core.money import Usage, to_nanos
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import members, schema, team_caps
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import recomputed, stored
from tierwise.store.team_caps import SCOPES, CapRow
from tierwise.team import rules

CLIENTS: Final = 50
CALLS: Final = 2
SETTLED_S: Final = 60.0
"""Seconds after which what is still reserved counts as held for nobody."""
LOGGED: Final = 6_000
"""Characters of each log that are shown where something was found."""
CAP: Final = to_nanos("0.06")
MODELS: Final = ("claude-auto", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5")
NAMES: Final = ("Olga", "Max", "Mia")
TOLD: Final = frozenset({0, 200, 402, 529})
"""What a client may be told; 0 is a connection that broke."""
CONFIG: Final = "[budget]\nday_usd = 100000\nproject_usd = 100000\ntimezone = 'UTC'\n"

Harm = Literal["client", "gateway", "cut", "database"]
HARMS: Final[tuple[Harm, ...]] = ("client", "client", "gateway", "cut", "database")


@dataclass
class Found:
    """What the runs left. All lists must be empty."""

    runs: int = 0
    left: int = 0
    harms: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    overspent: list[str] = field(default_factory=list)
    unreserved: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.overspent or self.unreserved or self.doubled or self.unsettled or self.odd)


@dataclass(frozen=True)
class Field:
    """What the runs play on."""

    server: PostgresServer
    pool: GatewayPool
    plan: PlanServer
    purse: Purse
    ids: Mapping[str, str]
    tokens: Mapping[str, str]


async def ask_some(ground: Field, run: int, client: int, found: Found) -> None:
    """A client that asks, and now and then goes away in the middle."""
    draw = random.Random(run * CLIENTS + client)
    place = client % 2
    headers = {
        "authorization": f"Bearer {ground.tokens[NAMES[client % len(NAMES)]]}",
        "x-claude-code-session-id": f"run-{run}-{client}",
        "x-tierwise-project": f"run-{run}",
    }
    async with aiohttp.ClientSession() as http:
        for number in range(CALLS):
            at = ground.pool.at[place]
            body = body_of(
                f"fix typo {number} of run {run}", model=draw.choice(MODELS), stream=True,
                max_tokens=draw.choice([600, 1_500, 64_000]),
            )  # fmt: skip
            try:
                async with http.post(f"{at.url}/v1/messages", data=body, headers=headers) as answer:
                    found.statuses[answer.status] += 1
                    if answer.status not in TOLD:
                        found.odd.append(f"run {run}: {answer.status} {await answer.text()}")
                    if draw.random() < 0.2:
                        continue
                    await answer.read()
            except aiohttp.ClientError:
                found.statuses[0] += 1
                await ground.pool.back(place, at)


async def do_harm(
    ground: Field, run: int, clients: Sequence[asyncio.Task[None]], found: Found
) -> None:
    """Kill two to four things, one after the other."""
    draw = random.Random(-run - 1)
    for _ in range(draw.randint(2, 4)):
        await asyncio.sleep(draw.uniform(0.02, 0.5))
        harm = draw.choice(HARMS)
        found.harms[harm] += 1
        if harm == "client":
            for client in draw.sample(clients, 5):
                client.cancel()
        elif harm == "gateway":
            await ground.pool.kill(draw.randrange(2))
        elif harm == "cut":
            await asyncio.to_thread(cut, ground.server)
        else:
            await asyncio.to_thread(ground.server.stop)
            await asyncio.sleep(draw.uniform(0.0, 0.3))
            await asyncio.to_thread(ground.server.start)


def cut(server: PostgresServer) -> None:
    """Cut every connection to the ledger, whatever runs on it."""
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tierwise'"
        )


async def begin_run(ground: Field, run: int) -> Sequence[CapRow]:
    """Set the caps of a run: what was spent under them so far, and `CAP` more in all."""
    scope = SCOPES[run % len(SCOPES)]
    whose = list(ground.ids.values()) if scope == "member" else [""]
    if scope == "project":
        whose = [f"run-{run}"]
    table = schema.reservations

    def change(conn: Connection) -> Sequence[CapRow]:
        caps = []
        for who in whose:
            spent = sa.select(sa.func.coalesce(sa.func.sum(table.c.cost), 0))
            if scope == "member":
                spent = spent.where(table.c.member == who)
            elif scope == "project":
                spent = spent.where(table.c.project == who)
            cap = CapRow(
                scope, who, "period", int(conn.execute(spent).scalar_one()) + CAP // len(whose)
            )
            team_caps.put(conn, cap)
            caps.append(cap)
        return caps

    return await ground.purse.ledger.write(change)


async def end_run(ground: Field, caps: Sequence[CapRow]) -> None:
    def change(conn: Connection) -> None:
        for cap in caps:
            team_caps.drop(conn, cap.scope, cap.who, cap.span)

    await ground.purse.ledger.write(change)


async def nothing_open(purse: Purse, project: str) -> bool:
    """Wait until every reservation of a project is booked; whether that came about."""
    table = schema.reservations
    query = sa.select(sa.func.count()).where(table.c.project == project, table.c.state == "open")
    until = time.monotonic() + SETTLED_S
    while time.monotonic() < until:
        await purse.reap()
        if not await purse.ledger.read(lambda conn: conn.execute(query).scalar()):
            return True
        await asyncio.sleep(0.05)
    return False


async def look(
    ground: Field,
    run: int,
    bills: Sequence[Mapping[str, Any]],
    arrived: Sequence[Mapping[str, Any]],
    found: Found,
) -> None:
    """Hold the ledger of a run against what arrived at the model server and what that billed."""
    name = f"run-{run}"
    table = schema.reservations
    settled = await nothing_open(ground.purse, name)
    rows = await ground.purse.ledger.read(
        lambda conn: conn.execute(sa.select(table).where(table.c.project == name)).mappings().all()
    )
    if not settled:
        found.unsettled += [f"{name}: {dict(row)}" for row in rows if row["state"] == "open"]
    prices = PriceTable.load()
    billed = sum(
        prices.cost(b["model"], Usage(b["input_tokens"], b["output_tokens"]), days.now())
        for b in bills
    )
    booked = sum(row["cost"] for row in rows)
    if booked > CAP or billed > CAP:
        found.overspent.append(f"{name}: {booked} booked, {billed} billed")
    sent = Counter(body["model"] for body in arrived)
    paid = Counter(row["model"] for row in rows if row["state"] != "released")
    if sent - paid or not all(row["member"] in ground.ids.values() for row in rows):
        found.unreserved.append(f"{name}: {dict(sent)} arrived, {dict(paid)} are paid")
    known = [row for row in rows if row["state"] == "settled" and not row["assumed"]]
    exact = sum(row["cost"] for row in known)
    if Counter(row["model"] for row in known) - sent or exact > billed:
        found.doubled.append(f"{name}: {exact} by usage, {billed} billed")
    if len({row["request_id"] for row in rows}) != len(rows):
        found.doubled.append(f"{name}: a request twice")
    if not await ground.purse.ledger.read(lambda conn: stored(conn) == recomputed(conn)):
        found.doubled.append(f"{name}: the sums do not add up")
    found.left += len(arrived)
    found.states.update(row["state"] for row in rows)


async def run_once(ground: Field, run: int, found: Found) -> None:
    before_bills, before = len(ground.plan.bills), len(ground.plan.messages)
    caps = await begin_run(ground, run)
    clients = [asyncio.create_task(ask_some(ground, run, n, found)) for n in range(CLIENTS)]
    await do_harm(ground, run, clients, found)
    for ended in await asyncio.gather(*clients, return_exceptions=True):
        if isinstance(ended, Exception):
            found.odd.append(f"run {run}: {ended!r}")
    arrived = [one.data for one in ground.plan.messages[before:]]
    await look(ground, run, ground.plan.bills[before_bills:], arrived, found)
    await end_run(ground, caps)
    found.runs += 1


def begin_team(conn: Connection) -> dict[str, tuple[str, str]]:
    """Begin a team; of each member the id and the token."""
    members.set_policy(conn, rules.ZONE, "", "UTC")
    made = {
        name: members.invite(conn, name, "owner" if name == "Olga" else "member", 1)
        for name in NAMES
    }
    return {name: (one.id, token) for name, (one, token) in made.items()}


async def soak(server: PostgresServer, runs: int, first: int, minutes: float) -> Found:
    until, found = time.monotonic() + minutes * 60, Found()
    plan = await PlanServer(says="word " * 60, delay=0.001).start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG)
        purse = Purse(
            Ledger.open(folder / "look", server.url),
            PriceTable.load,
            lambda: Limits(timezone="UTC"),
            lambda: DEFAULT_LADDER.get("haiku"),
        )
        team = await purse.ledger.write(begin_team)
        desk = TeamDesk(folder, server.url, plan.base_url)
        pool = await GatewayPool.start(desk.env("gateways"), "--team")
        ground = Field(
            server, pool, plan, purse,
            {who: made[0] for who, made in team.items()},
            {who: made[1] for who, made in team.items()},
        )  # fmt: skip
        for run in range(first, first + runs):
            if time.monotonic() > until or not found.good:
                break
            await run_once(ground, run, found)
            if found.runs % 10 == 0:
                print(f"{found.runs} runs, harm {dict(found.harms)}", flush=True)
        codes = await pool.close()
        if codes != [0, 0, 0]:
            found.odd.append(f"the gateways ended with {codes}")
        await purse.ledger.close()
        if not found.good:
            print(logged(folder), flush=True)
    await plan.close()
    return found


def logged(folder: Path) -> str:
    """The end of what the gateways logged."""
    texts = [file.read_text(errors="replace") for file in folder.rglob("*.log")]
    return "\n".join(text[-LOGGED:] for text in texts)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.soak.soak_team")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the number of the first run")
    parser.add_argument("--minutes", type=float, default=120.0)
    given = parser.parse_args()
    began = time.monotonic()
    with PostgresServer() as server:
        found = asyncio.run(soak(server, given.runs, given.first, given.minutes))
    print(
        f"{found.runs} runs of {CLIENTS} clients in {time.monotonic() - began:.0f} s, harm "
        f"{dict(found.harms)}; {found.left} calls left; statuses {dict(found.statuses)}; "
        f"reservations {dict(found.states)}\noverspent {found.overspent}; unreserved "
        f"{found.unreserved}; doubled {found.doubled}; unsettled {found.unsettled}; odd {found.odd}"
    )
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
