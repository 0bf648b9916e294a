"""Agents at gateways and editors on one ledger: what is shown of them, what they may spend."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import sqlalchemy as sa
from tests.conftest import Serve
from tests.support.agent import body_of
from tests.support.editor import Editor
from tests.support.gateways import GatewayProcess
from tests.support.rpc import Rpc

from tierwise.core.money import to_nanos
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import schema
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import recomputed, stored

OWN = {"experimental": {"tierwise": {"task": True, "status": True, "budget": True}}}
CAP_USD = 0.04


@pytest_asyncio.fixture
async def gateways(env: dict[str, str]) -> AsyncIterator[list[GatewayProcess]]:
    """Two gateways on the editors' ledger."""
    found = [await GatewayProcess.start(env), await GatewayProcess.start(env)]
    yield found
    for at in found:
        await at.end(signal.SIGKILL)


async def asked(
    http: aiohttp.ClientSession, at: GatewayProcess, words: str, project: str, **more: Any
) -> tuple[int, str | None]:
    """An agent's turn in a project; the status and the task."""
    headers = {
        "x-api-key": at.token, "x-tierwise-project": project,
        "x-claude-code-session-id": f"session-{words}",
    }  # fmt: skip
    body = body_of(words, **more)
    async with http.post(f"{at.url}/v1/messages", data=body, headers=headers) as response:
        await response.read()
        return response.status, response.headers.get("x-tierwise-task")


async def test_an_editor_shows_the_agents_of_its_workspace(
    editor: Editor, rpc: Rpc, gateways: list[GatewayProcess], workspace: Path, tmp_path: Path
) -> None:
    await editor.start(OWN)
    editor.open("sample.py")
    before = (await rpc.request("tierwise/status"))["spentTodayUsd"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with aiohttp.ClientSession() as http:
        status, task = await asked(http, gateways[0], "@opus fix the bug", str(workspace))
        _, other = await asked(http, gateways[1], "fix the typo", str(elsewhere))
    assert (status, task is None, other is None) == (200, False, False)
    for at in gateways:
        assert await at.end(signal.SIGTERM) == 0

    told = await rpc.request("tierwise/history/query", {})
    items = {item["taskId"]: item for item in told["tasks"]}
    assert set(items) == {task}
    alone = await rpc.request("tierwise/history/query", {"taskId": other})
    assert [item["taskId"] for item in alone["tasks"]] == [other]
    assert (items[task]["action"], items[task]["decision"]["answering"]) == ("agent", "opus")
    assert items[task]["costUsd"] > 0
    # An editor looks at what others spent once a second.
    while (await rpc.request("tierwise/status"))["spentTodayUsd"] - before < items[task]["costUsd"]:
        await asyncio.sleep(0.05)
    why = await rpc.request("tierwise/route/explain", {"taskId": task})
    assert why["answering"] == "opus"
    assert why["cause"] == "override"
    usage = await rpc.request("tierwise/usage/query", {})
    (own,) = (scope for scope in usage["scopes"] if scope["scope"] == "project")
    assert [(use["tier"], use["tasks"]) for use in own["tiers"] if use["tasks"]] == [("opus", 1)]


@pytest.mark.parametrize("seed", [1, 2])
async def test_two_gateways_and_three_editors_never_overspend_one_ledger(
    config: Path,
    env: dict[str, str],
    serve: Serve,
    workspace: Path,
    model: RehearsalServer,
    seed: int,
) -> None:
    config.write_text(f"[budget]\nday_usd = {CAP_USD}\ntimezone = 'UTC'\n", encoding="utf-8")
    draw = random.Random(seed)
    gateways = [await GatewayProcess.start(env), await GatewayProcess.start(env)]
    editors = [Editor(await serve(), workspace) for _ in range(3)]
    for editor in editors:
        await editor.start(OWN)
        editor.open("sample.py")
        await editor.rpc.request("tierwise/status")

    async def edits(editor: Editor) -> None:
        uri = (workspace / "sample.py").as_uri()
        for _ in range(4):
            params = {
                "action": "document", "textDocument": {"uri": uri},
                "range": editor.span(uri, 3, 5), "tier": draw.choice(["haiku", "sonnet"]),
            }  # fmt: skip
            task = (await editor.rpc.request("tierwise/task/start", params))["taskId"]

            def ended(task: str = task) -> object:
                views = [v for v in editor.rpc.of("tierwise/task/didChange") if v["taskId"] == task]
                return views and views[-1]["state"] in ("proposed", "answered", "failed", "paused")

            await editor.rpc.until(ended)

    async def agent(number: int) -> list[int]:
        seen = []
        async with aiohttp.ClientSession() as http:
            for call in range(4):
                at = gateways[number % 2]
                named = draw.choice(["claude-auto", "claude-sonnet-5-5", "claude-haiku-5-5"])
                more = {"model": named, "max_tokens": draw.choice([600, 8_000]), "stream": True}
                try:
                    words = f"fix typo {number} {call}"
                    seen.append((await asked(http, at, words, str(workspace), **more))[0])
                except aiohttp.ClientError:
                    seen.append(0)
        return seen

    agents = [asyncio.create_task(agent(n)) for n in range(4)]
    typing = [asyncio.create_task(edits(editor)) for editor in editors]
    await asyncio.wait(agents, return_when=asyncio.FIRST_COMPLETED)
    assert await gateways[0].end(signal.SIGKILL) == -signal.SIGKILL
    seen = [status for statuses in await asyncio.gather(*agents) for status in statuses]
    await asyncio.gather(*typing)
    assert await gateways[1].end(signal.SIGTERM) == 0
    for editor in editors:
        await editor.rpc.kill()
    assert set(seen) <= {0, 200, 402}
    ledger = Ledger.open(Path(env["TIERWISE_STATE_DIR"]))
    rows = await ledger.read(
        lambda conn: conn.execute(sa.select(schema.reservations)).mappings().all()
    )
    assert await ledger.read(lambda conn: stored(conn) == recomputed(conn))
    await ledger.close()
    held = sum(row["worst"] if row["state"] == "open" else row["cost"] for row in rows)
    assert 0 < held <= to_nanos(CAP_USD)
    assert len([row for row in rows if row["state"] != "released"]) >= len(model.requests)
    assert {row["action"] for row in rows} >= {"agent", "document"}
