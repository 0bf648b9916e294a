"""Secrets in what agents send: told or refused, however the call is asked and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, assistant, result, used, user
from tests.support.plan_server import PlanServer

from tierwise.store import decisions

SECRET = "api_key = 'sk-ant-api03-" + "a8Kq2ZrT9xWv" * 8 + "'"
BLOCK = '[gateway]\nsecrets = "block"\n'
COUNT = "/v1/messages/count_tokens"
PLACES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "the operator's words": [user(f"use this: {SECRET}")],
    "the first of two messages": [user(SECRET), user("now go on")],
    "an older message": [user(SECRET), assistant("ok"), user("now go on")],
    "a plain text": [{"role": "user", "content": SECRET}],
    "a tool's result": [user("read it"), used("Read", 1), result(1, SECRET)],
    "a result of blocks": [
        user("read it"),
        used("Read", 1),
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1",
             "content": [{"type": "text", "text": SECRET}]},
        ]},
    ],
    "a tool's input": [
        user("write it"), used("Write", 1, content=f"import os\n{SECRET}\n"), result(1, "ok"),
    ],
    "a document": [
        {"role": "user", "content": [
            {"type": "document", "source": {"type": "text", "data": SECRET}},
            {"type": "text", "text": "what is it?"},
        ]},
    ],
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
async def test_a_secret_is_blocked_wherever_it_stands_and_however_often(
    start: StartGateway, plan: PlanServer, place: str
) -> None:
    async with Agent(await start(BLOCK)) as agent:
        retry = {"x-stainless-retry-count": "1"}
        ways: list[tuple[dict[str, str], str]] = [({}, "/v1/messages"), (retry, "/v1/messages")]
        for headers, path in (*ways, ({}, COUNT)):
            answer = await agent.ask(PLACES[place], headers=headers, path=path)
            assert (answer.status, answer.data["error"]["type"]) == (400, "invalid_request_error")
            assert "sk-ant" not in answer.message
        longer = [*PLACES[place], assistant("hm"), user("and now?")]
        assert (await agent.ask(longer)).status == 400
        assert (await agent.ask("something else")).status == 200
    assert len(plan.received) == 1


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-fable-5-1"])
async def test_a_named_model_opens_no_way_around(
    start: StartGateway, plan: PlanServer, model: str
) -> None:
    async with Agent(await start(BLOCK)) as agent:
        for path in ("/v1/messages", COUNT):
            assert (await agent.ask(SECRET, model=model, path=path)).status == 400
        assert (await agent.ask("hello", system=f"You are.\n{SECRET}", model=model)).status == 400
    assert plan.received == []


@pytest.mark.parametrize("place", PLACES)
async def test_a_secret_is_told_once_and_the_body_stays(
    agent: Agent, plan: PlanServer, place: str
) -> None:
    first = await agent.ask(PLACES[place])
    assert first.headers["x-tierwise-secrets"] == "1"
    again = await agent.ask([*PLACES[place], assistant("hm"), user("and now?")])
    assert "x-tierwise-secrets" not in again.headers
    assert SECRET.replace("'", "") in plan.messages[0].raw.decode().replace("'", "")
    other = await agent.ask("hello", headers={"x-claude-code-session-id": "other"})
    assert "x-tierwise-secrets" not in other.headers


async def test_a_call_without_a_task_tells_as_well(agent: Agent) -> None:
    calls: list[dict[str, Any]] = [{"model": "claude-fable-5-1"}, {"path": COUNT}]
    for number, more in enumerate(calls):
        answer = await agent.ask(f"{SECRET} {number}", **more)
        assert answer.headers["x-tierwise-secrets"] == "1"


async def test_off_looks_at_nothing(start: StartGateway) -> None:
    async with Agent(await start('[gateway]\nsecrets = "off"\n')) as agent:
        assert "x-tierwise-secrets" not in (await agent.ask(SECRET)).headers


async def test_a_refused_turn_leaves_no_decision_without_a_task(
    start: StartGateway, plan: PlanServer
) -> None:
    listening = await start(BLOCK)
    failing = [used("Bash", n, command="make") for n in range(1, 5)]
    steps = [m for n, one in enumerate(failing, 1) for m in (one, result(n, "e", failed=True))]
    async with Agent(listening) as agent:
        assert (await agent.ask([user("fix it"), *steps, user(SECRET)])).status == 400
        assert (await agent.ask([user(SECRET), *steps])).status == 400
        (running,) = listening.gateway.planner.running.all()
        chosen = {"scope": "task", "id": running.task_id, "to": "opus"}
        assert (await agent.send("POST", "/v1/override", chosen, agent.operator)).status == 200
        assert (await agent.ask([user("go on"), *steps])).status == 200
        office = listening.gateway.office
        await office.journal.flush()
        rows = await office.window.ledger.read(decisions.history)
        kept = await office.window.ledger.read(_decided_tasks)
        assert kept <= {row.task.task_id for row in rows}


async def test_a_turn_that_the_budget_refuses_is_paused_in_the_history(start: StartGateway) -> None:
    listening = await start("[budget]\nday_usd = 0.000001\n")
    async with Agent(listening) as agent:
        assert (await agent.ask("hello")).status == 402
        assert (await agent.ask("hello")).status == 402
        office = listening.gateway.office
        await office.journal.flush()
        (row,) = await office.window.ledger.read(decisions.history)
        assert (row.task.state, row.task.error) == ("paused", "BudgetPaused")
        assert len(row.decisions) == 1


def _decided_tasks(conn: Any) -> set[str]:
    import sqlalchemy as sa

    from tierwise.store import schema

    return set(conn.execute(sa.select(schema.decisions.c.task_id)).scalars())
