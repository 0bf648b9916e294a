"""One ledger for agents and editors: whatever is killed, the cap holds by the true bill."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from tests.support.agent import body_of
from tests.support.gateways import GatewayProcess
from tests.support.plan_server import PlanServer

from tierwise.budget import days
from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse
from tierwise.core.money import Usage, to_nanos
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import schema
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import recomputed, stored

CAP_USD = 0.05
MODELS = ("claude-auto", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5")


async def play(http: aiohttp.ClientSession, at: GatewayProcess, seed: int, calls: int) -> list[int]:
    """An agent that asks, and now and then goes away in the middle."""
    draw, seen = random.Random(seed), []
    headers = {"x-api-key": at.token, "x-claude-code-session-id": f"s{seed}"}
    for number in range(calls):
        body = body_of(f"fix typo {seed} {number}", model=draw.choice(MODELS), stream=True,
                       max_tokens=draw.choice([600, 4_000, 64_000]))  # fmt: skip
        try:
            async with http.post(f"{at.url}/v1/messages", data=body, headers=headers) as response:
                seen.append(response.status)
                if draw.random() < 0.3:
                    continue
                await response.read()
        except aiohttp.ClientError:
            seen.append(0)
    return seen


@pytest.mark.parametrize("seed", [1, 2])
async def test_agents_gateways_and_an_editor_never_overspend(
    gateway_env: dict[str, str], plan: PlanServer, seed: int
) -> None:
    plan.says, plan.delay = "word " * 60, 0.001
    Path(gateway_env["TIERWISE_CONFIG"]).write_text(
        f"[budget]\nday_usd = {CAP_USD}\ntimezone = 'UTC'\n", encoding="utf-8"
    )
    first, second = await GatewayProcess.start(gateway_env), await GatewayProcess.start(gateway_env)
    editor = purse(Path(gateway_env["TIERWISE_STATE_DIR"]))
    async with aiohttp.ClientSession() as http:
        agents = [
            asyncio.create_task(play(http, (first, second)[n % 2], seed * 10 + n, 8))
            for n in range(8)
        ]
        await asyncio.wait(agents, return_when=asyncio.FIRST_COMPLETED)
        killed = await first.end(signal.SIGKILL)
        seen = [status for statuses in await asyncio.gather(*agents) for status in statuses]
    assert killed == -signal.SIGKILL
    assert await second.end(signal.SIGTERM) == 0
    assert {200, 402} <= set(seen) <= {0, 200, 402}
    await editor.reap()
    rows = await editor.ledger.read(
        lambda conn: conn.execute(sa.select(schema.reservations)).mappings().all()
    )
    assert await editor.ledger.read(lambda conn: stored(conn) == recomputed(conn))
    await editor.ledger.close()
    assert {row["state"] for row in rows} <= {"settled", "released", "assumed"}
    assert len({row["request_id"] for row in rows}) == len(rows)
    paid = [row for row in rows if row["state"] != "released"]
    # A gateway that is killed after it reserved and before it sent is paid for too: nobody knows.
    unknown = sum(row["state"] == "assumed" for row in paid)
    assert len(paid) - unknown <= len(plan.messages) <= len(paid), "one reservation for each call"
    assert sum(row["cost"] for row in rows) <= to_nanos(CAP_USD)
    assert true_bill(plan) <= to_nanos(CAP_USD)


def purse(folder: Path) -> Purse:
    """The purse of an editor window on the same ledger."""
    return Purse(
        Ledger.open(folder),
        PriceTable.load,
        lambda: Limits(day=to_nanos(CAP_USD), timezone="UTC"),
        lambda: DEFAULT_LADDER.get("haiku"),
    )


def true_bill(plan: PlanServer) -> int:
    """What the model's server would have billed for everything it answered."""
    prices = PriceTable.load()

    def cost(bill: dict[str, Any]) -> int:
        return prices.cost(
            bill["model"], Usage(bill["input_tokens"], bill["output_tokens"]), days.now()
        )

    return sum(cost(bill) for bill in plan.bills)


async def test_the_gateway_ends_on_a_signal_with_everything_settled(
    gateway_env: dict[str, str], plan: PlanServer
) -> None:
    plan.says, plan.delay = "word " * 500, 0.05
    at = await GatewayProcess.start(gateway_env)
    headers = {"x-api-key": at.token}
    async with aiohttp.ClientSession() as http:
        body = body_of("fix the typo", stream=True)
        async with http.post(f"{at.url}/v1/messages", data=body, headers=headers) as response:
            await response.content.readany()
            assert await at.end(signal.SIGTERM) == 0
    found = purse(Path(gateway_env["TIERWISE_STATE_DIR"]))
    rows = await found.ledger.read(
        lambda conn: conn.execute(sa.select(schema.reservations)).mappings().all()
    )
    await found.ledger.close()
    assert [(row["state"], row["assumed"]) for row in rows] == [("settled", True)]
    assert plan.gone
