"""Soak of the gateway: eight agents race for one cap over two gateways, one of which is killed.

`python -m tests.soak.soak_gateway [--races N] [--minutes M]` prints what was run and what was
found, and exits 1 when a cap was crossed, by the ledger or by the bill of the model's server, or
when a call that left has not exactly one reservation that was settled, released or assumed. Each
race has a project, and so a cap, of its own on one growing ledger.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import sqlalchemy as sa
from tests.support.agent import body_of
from tests.support.gateways import GatewayPool
from tests.support.plan_server import PlanServer

from tierwise.budget import days
from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import Usage, to_nanos
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import schema
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import recomputed, stored

AGENTS: Final = 8
CALLS: Final = 4
CAP: Final = to_nanos("0.05")
MODELS: Final = ("claude-auto", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5")


@dataclass
class Found:
    """What the races left. All lists must be empty, `consistent` true."""

    races: int = 0
    kills: int = 0
    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    overspent: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    """Calls that were not answered within five minutes; the longest wait of a gateway is two."""
    consistent: bool = True

    @property
    def good(self) -> bool:
        return self.consistent and not (
            self.overspent or self.unmatched or self.unsettled or self.stuck
        )


async def play(
    http: aiohttp.ClientSession, pool: GatewayPool, race: int, agent: int, found: Found
) -> None:
    """An agent that asks, and now and then goes away in the middle."""
    draw = random.Random(race * AGENTS + agent)
    headers = {
        "x-claude-code-session-id": f"race-{race}-{agent}",
        "x-tierwise-project": f"race-{race}",
    }
    for number in range(CALLS):
        at = pool.at[agent % 2]
        body = body_of(
            f"fix typo {number} of race {race}", model=draw.choice(MODELS), stream=True,
            max_tokens=draw.choice([600, 4_000, 64_000]),
        )  # fmt: skip
        own = {**headers, "x-api-key": at.token}
        try:
            async with http.post(f"{at.url}/v1/messages", data=body, headers=own) as response:
                found.statuses[response.status] += 1
                if draw.random() < 0.3:
                    continue
                await response.read()
        except TimeoutError:
            found.stuck.append(f"race {race}, agent {agent}, call {number}")
        except aiohttp.ClientError:
            found.statuses[0] += 1
            await pool.back(agent % 2, at)


async def race_once(number: int, pool: GatewayPool, found: Found) -> None:
    """One race; the gateway that was killed in it is there again afterwards."""
    draw = random.Random(number)
    async with aiohttp.ClientSession() as http:
        agents = [asyncio.create_task(play(http, pool, number, n, found)) for n in range(AGENTS)]
        await asyncio.wait(agents, timeout=draw.uniform(0.05, 0.6))
        await pool.kill(draw.randrange(2))
        found.kills += 1
        await asyncio.gather(*agents)
    found.races += 1


async def nothing_open(purse: Purse, project: str) -> bool:
    """Wait until every reservation of a project is booked; whether that came about."""
    table = schema.reservations
    query = sa.select(sa.func.count()).where(table.c.project == project, table.c.state == "open")
    for _ in range(400):
        try:
            await purse.reap()
            if not await purse.ledger.read(lambda conn: conn.execute(query).scalar()):
                return True
        except LedgerUnavailable:
            # On a busy machine a gateway may hold the lock for longer than this process waits.
            continue
        await asyncio.sleep(0.05)
    return False


async def look(
    purse: Purse, number: int, bills: Sequence[Mapping[str, Any]], left: int, found: Found
) -> None:
    """Look at a race of which `left` calls left the gateways."""
    project = f"race-{number}"
    if not await nothing_open(purse, project):
        found.unsettled.append(project)
    table = schema.reservations
    rows = await purse.ledger.read(
        lambda conn: (
            conn.execute(sa.select(table).where(table.c.project == project)).mappings().all()
        )
    )
    found.unsettled += [
        row["request_id"] for row in rows if row["state"] not in ("settled", "released", "assumed")
    ]
    if sum(row["cost"] for row in rows) > CAP:
        found.overspent.append(project)
    prices = PriceTable.load()
    true_bill = sum(
        prices.cost(b["model"], Usage(b["input_tokens"], b["output_tokens"]), days.now())
        for b in bills
    )
    if true_bill > CAP:
        found.overspent.append(f"{project}: the true bill")
    paid = [row for row in rows if row["state"] != "released"]
    if len(paid) < left or len({row["request_id"] for row in rows}) != len(rows):
        found.unmatched.append(f"{project}: {left} calls left, {len(paid)} are paid")
    found.calls += left
    found.consistent &= await purse.ledger.read(lambda conn: stored(conn) == recomputed(conn))


async def soak(races: int, minutes: float) -> Found:
    until, found = time.monotonic() + minutes * 60, Found()
    plan = await PlanServer(says="word " * 60, delay=0.001).start()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        config.write_text(f"[budget]\nproject_usd = {CAP / 1e9}\ntimezone = 'UTC'\n")
        env = {
            **os.environ,
            "TIERWISE_STATE_DIR": f"{folder}/state",
            "TIERWISE_CONFIG": str(config),
            "ANTHROPIC_API_KEY": "soak",
            "ANTHROPIC_BASE_URL": plan.base_url,
        }
        pool = await GatewayPool.start(env)
        purse = Purse(
            Ledger.open(Path(folder, "state")),
            PriceTable.load,
            lambda: Limits(project=CAP, timezone="UTC"),
            lambda: DEFAULT_LADDER.get("haiku"),
        )
        for number in range(races):
            if time.monotonic() > until or not found.good:
                break
            bills, left = len(plan.bills), len(plan.messages)
            await race_once(number, pool, found)
            gone = plan.messages[left:]
            await look(purse, number, plan.bills[bills:], len(gone), found)
            if found.races % 10 == 0:
                print(f"{found.races} races, {found.kills} kills", flush=True)
        assert await pool.close() == [0, 0, 0]
        await purse.ledger.close()
    await plan.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.soak.soak_gateway")
    parser.add_argument("--races", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=180.0)
    given = parser.parse_args()
    found = asyncio.run(soak(given.races, given.minutes))
    print(
        f"{found.races} races of {AGENTS} agents, {found.kills} kills, {found.calls} calls left; "
        f"statuses {dict(found.statuses)}; overspent {found.overspent}; unmatched "
        f"{found.unmatched}; unsettled {found.unsettled}; stuck {found.stuck}; "
        f"sums consistent: {found.consistent}"
    )
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
