"""Servers that fail: what it tells of their place, what the client hears, what is booked."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp import ClientResponse, StreamReader
from aiohttp.base_protocol import BaseProtocol
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, body_of
from tests.support.plan_server import PlanServer, Refusal

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.gateway import attempts
from tierwise.gateway.endings import broken_off
from tierwise.models.breaker import FAILURES, OPEN_FOR

HAIKU = "claude-haiku-5-5"


async def half_open(agent: Agent, plan: PlanServer) -> None:
    """The place of Haiku failed until it was left alone, and may now be tried once."""
    plan.refusals = [Refusal(529, "overloaded_error")] * FAILURES
    for number in range(FAILURES):
        await agent.ask(f"question {number}", model=HAIKU)
    breaker = agent.listening.gateway.office.breakers.by_place[HAIKU]
    assert breaker.opened is not None
    breaker.opened -= OPEN_FOR


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "invalid_request_error"), (401, "authentication_error"), (403, "permission_error"),
     (404, "not_found_error"), (413, "request_too_large"), (302, "api_error")],
)  # fmt: skip
async def test_a_trial_that_tells_nothing_leaves_the_next_call_one(
    agent: Agent, plan: PlanServer, status: int, kind: str
) -> None:
    await half_open(agent, plan)
    plan.refusals = [Refusal(status, kind)]
    assert (await agent.ask("hello", model=HAIKU)).status != 200
    answer = await agent.ask("fix the typo in README")
    assert (answer.status, answer.tier) == (200, "haiku")
    assert answer.headers["x-tierwise-cause"] == "routed"


async def test_a_trial_that_is_cancelled_leaves_the_next_call_one(
    agent: Agent, plan: PlanServer
) -> None:
    await half_open(agent, plan)
    plan.first_delay, came = 600.0, len(plan.messages)
    body = body_of("hello", model=HAIKU, stream=True)
    asked = asyncio.create_task(
        agent.http.post(agent.url + "/v1/messages", data=body, headers=agent.headers)
    )
    async with asyncio.timeout(5):
        while len(plan.messages) == came:
            await asyncio.sleep(0.005)
        asked.cancel()
        while not plan.gone:
            await asyncio.sleep(0.005)
    plan.first_delay = 0.0
    await agent.listening.gateway.calls.idle()
    assert (await agent.ask("fix the typo in README")).tier == "haiku"


async def test_a_trial_without_a_key_leaves_the_next_call_one(
    agent: Agent, plan: PlanServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await half_open(agent, plan)
    upstream = agent.listening.gateway.upstream
    own, upstream.own_url = upstream.own_url, plan.base_url
    assert (await agent.ask("hello", model=HAIKU)).status == 400
    upstream.own_url = own
    assert (await agent.ask("fix the typo in README")).tier == "haiku"


async def test_a_redirect_is_502_and_costs_nothing(agent: Agent, plan: PlanServer) -> None:
    for status, stream in ((301, True), (302, False), (304, True), (307, True), (308, False)):
        plan.refusals = [Refusal(status, headers={"location": "http://127.0.0.1:9/elsewhere"})]
        answer = await agent.ask(f"say {status}", stream=stream)
        assert (answer.status, answer.data["error"]["type"]) == (502, "api_error")
        assert "base_url" in answer.message
        assert "location" not in answer.headers
    assert len(plan.messages) == 5
    assert [row.state for row in await agent.reservations()] == ["released"] * 5


async def test_an_error_that_comes_in_pieces_is_read_whole() -> None:
    whole = b'{"type": "error", "error": {"type": "x", "message": "prompt is too long"}}'
    protocol = BaseProtocol(asyncio.get_running_loop())
    protocol.transport = asyncio.Transport()
    content = StreamReader(protocol, 2**16)

    async def come() -> None:
        for at in range(0, len(whole), 20):
            content.feed_data(whole[at : at + 20])
            await asyncio.sleep(0)
        content.feed_eof()

    coming = asyncio.create_task(come())
    response = cast(ClientResponse, SimpleNamespace(content=content))
    assert await attempts._error_of(response) == whole
    await coming


async def test_a_stream_that_breaks_off_is_read_to_its_error(
    agent: Agent, plan: PlanServer
) -> None:
    plan.says = "word " * 100
    for events in range(1, 12):
        plan.break_after = events
        answer = await agent.ask(f"hello {events}", stream=True)
        assert _events(answer.raw)[-1][0] == "error"


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_an_event_cut_in_its_middle_breaks_no_reading(cut: int) -> None:
    whole = b'event: message_start\ndata: {"type": "message_start"}\n\n' * 2
    came = whole[:cut]
    events = _events(came + broken_off(came[-2:]))
    assert events[-1][0] == "error"
    assert all(json.loads(data)["type"] == name for name, data in events if name != "ping")


def _events(raw: bytes) -> list[tuple[str, str]]:
    """The events of a stream as the standard has them: the last name of a block, all its data."""
    found = []
    for block in raw.decode().split("\n\n"):
        lines = [line.partition(":") for line in block.split("\n") if line]
        names = [value.strip() for name, _, value in lines if name == "event"]
        data = [value.strip() for name, _, value in lines if name == "data"]
        if names or data:
            found.append((names[-1] if names else "message", "\n".join(data)))
    return found


async def test_the_end_does_not_wait_for_a_ledger_that_is_away(
    start: StartGateway, plan: PlanServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = await start()
    gateway = listening.gateway
    tries = 0

    async def away(*given: object, **named: object) -> None:
        nonlocal tries
        tries += 1
        raise LedgerUnavailable(ErrorReason.of("reservation_lapsed"))

    async with Agent(listening) as agent:
        monkeypatch.setattr(gateway.cashier.purse, "settle", away)
        assert (await agent.ask("hello")).status == 200
        async with asyncio.timeout(30):
            while not tries:
                await asyncio.sleep(0.005)
            await listening.close()
    assert tries <= 3


async def test_a_call_without_a_bound_is_refused(agent: Agent, plan: PlanServer) -> None:
    bounds = ("8000.0", '"8000"', "true", "null", "-1", "[]", "{}", "1" + "0" * 30, "Infinity")
    for model in ("claude-auto", "claude-opus-5-5", "claude-fable-5-1"):
        for bound in ('"x": 1', *(f'"max_tokens": {one}' for one in bounds)):
            raw = body_of("hello", model=model, max_tokens=0)
            answer = await agent.ask([], raw=raw.replace(b'"max_tokens": 0', bound.encode()))
            assert (answer.status, answer.data["error"]["type"]) == (400, "invalid_request_error")
            assert answer.message.startswith("max_tokens: "), bound
    assert plan.received == []
    assert await agent.reservations() == []


async def test_a_call_that_asks_for_no_output_is_made(agent: Agent, plan: PlanServer) -> None:
    assert (await agent.ask("warm the cache", max_tokens=0)).status == 200
    assert plan.messages[0].data["max_tokens"] == 0


@pytest.mark.parametrize("within", ["message", "tool result", "document"])
async def test_a_picture_does_not_fill_a_window(
    agent: Agent, plan: PlanServer, within: str
) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0K" * 1_000_000}
    block: dict[str, object] = {"type": "image", "source": source}
    if within == "tool result":
        block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [block]}
    elif within == "document":
        block = {"type": "document", "source": {"type": "content", "content": [block]}}
    said = {"role": "user", "content": [block, {"type": "text", "text": "what is this?"}]}
    answer = await agent.ask([said])
    assert answer.status == 200, answer.raw
    assert (await agent.ask("x " * 4_000_000)).status == 400
