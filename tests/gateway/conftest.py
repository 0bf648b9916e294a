"""A gateway in the test's own process, before a server that plays plans; both speak real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support import postgres as servers
from tests.support.agent import Agent
from tests.support.plan_server import PlanServer
from tests.support.team_gateways import Team, begin

from tierwise.gateway.serve import Listening, listen
from tierwise.store.ledger import Ledger

StartGateway = Callable[..., Awaitable[Listening]]


@pytest_asyncio.fixture
async def plan() -> AsyncIterator[PlanServer]:
    """The model's server."""
    server = await PlanServer().start()
    yield server
    await server.close()


@pytest.fixture
def gateway_env(tmp_path: Path, plan: PlanServer) -> dict[str, str]:
    """The environment of a gateway that asks the plan server."""
    config = tmp_path / "config.toml"
    config.write_text("", encoding="utf-8")
    return {
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_API_KEY": "upstream-key-of-nobody",
        "ANTHROPIC_BASE_URL": plan.base_url,
    }


@pytest_asyncio.fixture
async def start(gateway_env: dict[str, str]) -> AsyncIterator[StartGateway]:
    """Start gateways, with a configuration if one is given; each is ended after the test."""
    started: list[Listening] = []

    async def begin(config: str | None = None) -> Listening:
        if config is not None:
            Path(gateway_env["TIERWISE_CONFIG"]).write_text(config, encoding="utf-8")
        found = await listen(gateway_env, "127.0.0.1", 0)
        started.append(found)
        return found

    yield begin
    for one in started:
        await one.close()


@pytest_asyncio.fixture
async def listening(start: StartGateway) -> Listening:
    """One gateway with the default configuration."""
    return await start()


@pytest_asyncio.fixture
async def agent(listening: Listening) -> AsyncIterator[Agent]:
    """An agent that talks to it."""
    async with Agent(listening) as found:
        yield found


@pytest_asyncio.fixture(params=["file", "postgres"])
async def team(
    request: pytest.FixtureRequest, gateway_env: dict[str, str], plan: PlanServer
) -> AsyncIterator[Team]:
    state = Path(gateway_env["TIERWISE_STATE_DIR"])
    if request.param == "file":
        url, close = None, None
    else:
        server: servers.PostgresServer = request.getfixturevalue("postgres")
        close = servers.schema(server.url)
        url = close.__enter__()
        gateway_env["TIERWISE_STORE_URL"] = url
    ledger = Ledger.open(state, url)
    made = Team(gateway_env, ledger, await ledger.write(begin), [])
    await made.open()
    yield made
    for one in made.gateways:
        await one.close()
    await ledger.close()
    if close is not None:
        close.__exit__(None, None, None)
