"""What a server says of a call's usage is booked where it can be true, else at its bound."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, assistant, user
from tests.support.plan_server import PlanServer

from tierwise.budget.prices import SEARCH

SEARCHING: list[dict[str, Any]] = [
    {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
]
SEARCHED: list[dict[str, Any]] = [
    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
    {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
        {"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "E" * 90_000},
    ]},
]  # fmt: skip


@pytest.mark.parametrize("stream", [True, False])
async def test_a_bill_that_cannot_be_true_is_booked_at_its_bound(
    agent: Agent, plan: PlanServer, stream: bool
) -> None:
    plan.says = "word " * 300
    lies: list[dict[str, Any]] = [
        {"input_tokens": 0}, {"input_tokens": 1}, {"input_tokens": 10**12},
        {"output_tokens": 0}, {"output_tokens": 1}, {"output_tokens": 10**9},
        {"output_tokens": 8_001}, {"input_tokens": 0, "output_tokens": 0},
        {"cache_read_input_tokens": 10**9},
        {"input_tokens": 0, "cache_read_input_tokens": 2},
        {"input_tokens": None, "output_tokens": None},
        {"input_tokens": "5", "output_tokens": []},
    ]  # fmt: skip
    for lie in lies:
        plan.tells = lie
        assert (await agent.ask("tell me a story. " * 60, stream=stream)).status == 200
    rows = await agent.reservations()
    for lie, row, bill in zip(lies, rows, plan.bills, strict=True):
        assert (row.state, row.assumed) == ("settled", True), lie
        assert row.input_tokens >= bill["input_tokens"]
        assert bill["output_tokens"] <= row.output_tokens <= 8_000
        assert 0 < row.cost <= row.worst
    assert await agent.consistent()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("says", ["Done.", "é" * 400, "日本" * 300, " " * 100 + "x"])
async def test_a_true_bill_is_booked_as_it_is(
    agent: Agent, plan: PlanServer, stream: bool, says: str
) -> None:
    plan.says = says
    await agent.ask("hello", stream=stream, system="You are. " * 50)
    (row,) = await agent.reservations()
    (bill,) = plan.bills
    told = (bill["input_tokens"], bill["output_tokens"])
    assert (row.input_tokens, row.output_tokens, row.assumed) == (*told, False)


async def test_what_a_server_leaves_out_of_its_prompt_is_no_lie(
    agent: Agent, plan: PlanServer
) -> None:
    deferred = [{"name": "T", "defer_loading": True, "description": "d" * 60_000}]
    thinking = {"type": "thinking", "thinking": "t" * 60_000, "signature": "s" * 9_000}
    old = {"role": "assistant", "content": [thinking, {"type": "text", "text": "ok"}]}
    cleared = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    kept = {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}
    long = [user("x " * 30_000), assistant("ok"), user("go on")]
    plan.tells = {"input_tokens": 120}
    calls: list[tuple[Any, dict[str, Any], bool]] = [
        ("hello", {"tools": deferred}, False),
        ([user("hello"), old, user("go on")], {}, False),
        (long, {"context_management": cleared}, False),
        (long, {"context_management": kept}, True),
        (long, {}, True),
    ]
    for said, more, _ in calls:
        assert (await agent.ask(said, **more)).status == 200
    rows = await agent.reservations()
    assert [row.assumed for row in rows] == [lied for *_, lied in calls]


async def test_a_call_without_output_is_billed_without(agent: Agent, plan: PlanServer) -> None:
    plan.says, plan.tells = "", {"output_tokens": 0}
    await agent.ask("warm the cache", max_tokens=0)
    (row,) = await agent.reservations()
    assert (row.output_tokens, row.assumed) == (0, False)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_search_is_reserved_for_and_booked(
    agent: Agent, plan: PlanServer, stream: bool
) -> None:
    plan.serves, plan.tells = SEARCHED, {"server_tool_use": {"web_search_requests": 2}}
    assert (await agent.ask("what is new?", tools=None, stream=stream)).status == 200
    assert (await agent.ask("what is newer?", tools=SEARCHING, stream=stream)).status == 200
    plain, searched = await agent.reservations()
    assert searched.worst - plain.worst > 3 * SEARCH
    for row in (plain, searched):
        assert not row.assumed
        tokens = row.input_tokens * 100 + row.output_tokens * 500
        assert row.cost == tokens + 2 * SEARCH


async def test_a_prompt_that_is_read_again_after_each_search_is_booked_as_billed(
    agent: Agent, plan: PlanServer
) -> None:
    plan.serves = SEARCHED
    await agent.ask("what is new?", tools=SEARCHING)
    (first,) = await agent.reservations()
    plan.tells = {"input_tokens": first.input_bound * 3}
    await agent.ask("what is new?", tools=SEARCHING)
    row = (await agent.reservations())[-1]
    assert (row.input_tokens, row.assumed) == (first.input_bound * 3, False)


async def test_a_search_that_was_broken_off_is_booked_with_the_one_under_way(
    agent: Agent, plan: PlanServer
) -> None:
    plan.serves, plan.says, plan.break_after = SEARCHED, "word " * 50, 8
    await agent.ask("what is new?", tools=SEARCHING, stream=True)
    await agent.ask("what is new?", tools=None, stream=True)
    searched, plain = await agent.reservations()
    assert (searched.assumed, plain.assumed) == (True, True)
    assert 2 * SEARCH < searched.cost < 3 * SEARCH
    assert plain.cost < SEARCH


async def test_a_cap_counts_searches(start: StartGateway, plan: PlanServer) -> None:
    listening = await start("[budget]\nday_usd = 0.45\n")
    async with Agent(listening) as agent:
        any_number = [{"type": "web_search_20250305", "name": "web_search"}]
        answer = await agent.ask("what is new?", tools=any_number)
        assert answer.status == 402
        assert (await agent.ask("what is new?", tools=SEARCHING)).status == 200
    assert len(plan.messages) == 1
