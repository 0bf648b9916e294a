"""The way of a call: routed, reserved, passed on byte for byte, booked, and seen in headers."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, body_of, user
from tests.support.plan_server import Call, PlanServer, Refusal

from tierwise.store import decisions

HARD = (
    "Design and implement a lock-free, linearizable, crash-safe replicated write-ahead log with "
    "consensus, prove its invariants, and migrate the distributed storage engine onto it."
)
PLAN = [
    Call("Read", {"file_path": "a.py"}),
    Call("Edit", {"file_path": "a.py", "old_string": "a", "new_string": "b"}),
    Call("Bash", {"command": "pytest -q"}),
]


async def test_a_turn_is_one_task_on_one_tier(agent: Agent, plan: PlanServer) -> None:
    plan.plan = PLAN
    answers = await agent.loop("fix the typo in README")
    assert [a.kind for a in answers] == ["turn", "step", "step", "step"]
    assert {a.tier for a in answers} == {"haiku"}
    assert len({a.task for a in answers}) == 1
    assert answers[0].task
    for name in ("routed", "confidence", "cause", "forecast-usd"):
        assert answers[0].headers[f"x-tierwise-{name}"]
    assert re.fullmatch(r"\w+=[01]\.\d\d", answers[0].headers["x-tierwise-confidence"])
    rows = await agent.reservations()
    assert [row.state for row in rows] == ["settled"] * 4
    told = [(b["input_tokens"], b["output_tokens"]) for b in plan.bills]
    assert [(row.input_tokens, row.output_tokens) for row in rows] == told
    assert not any(row.assumed for row in rows)
    assert await agent.consistent()


async def test_a_call_without_tools_is_forecast_as_one_call(agent: Agent, plan: PlanServer) -> None:
    body = {"model": "auto", "max_tokens": 200, "messages": [user("fix the typo: helo world")]}
    alone = await agent.send("POST", "/v1/messages", body)
    other = {**body, "messages": [user("fix the typo: helo you")], "tools": [{"name": "Edit"}]}
    looped = await agent.send("POST", "/v1/messages", other)
    costs = [float(a.headers["x-tierwise-forecast-usd"]) for a in (alone, looped)]
    assert costs[0] < 0.002 < costs[1], "an agent's loop reads its prompt again at each step"
    asked = await agent.send("POST", "/v1/route", body)
    tier = asked.data["answering"]
    assert asked.data["costUsd"][tier] == pytest.approx(costs[0], rel=0.01)


async def test_what_is_sent_is_what_came_but_for_the_model(agent: Agent, plan: PlanServer) -> None:
    raw = (
        b'{ "stream": true,\t"future": {"model": "x", "deep": [1.50, 1e3, "\\u00e9\xc3\xa9"]},\n'
        b'"model" : "claude-auto" , "max_tokens":900,"tools":[{"name":"Read"}],'
        b'"messages":[{"role":"user","content":"add a comment"}], "safeguards":[{"type":"x"}] } '
    )
    answer = await agent.ask([], raw=raw)
    assert answer.status == 200
    sent = plan.messages[0]
    assert sent.raw == raw.replace(b'"claude-auto"', b'"claude-haiku-5-5"')
    assert answer.raw == plan.sent[0]
    assert answer.headers["request-id"] == "req_plan"


async def test_headers_pass_but_for_credentials(agent: Agent, plan: PlanServer) -> None:
    betas = "b-2026, a-2025,c"
    await agent.ask("hello", path="/v1/messages?beta=true", headers={"anthropic-beta": betas})
    sent = plan.messages[0]
    assert sent.path == "/v1/messages?beta=true"
    assert sent.headers["anthropic-beta"] == betas
    assert sent.headers["anthropic-version"] == "2023-06-01"
    assert sent.headers["x-api-key"] == "upstream-key-of-nobody"
    assert "authorization" not in sent.headers
    assert agent.listening.gateway.tokens.models not in json.dumps(dict(sent.headers))


async def test_unknown_events_pass_and_a_stream_is_booked(agent: Agent, plan: PlanServer) -> None:
    plan.unknown_events, plan.thinking = True, "hm " * 40
    answer = await agent.ask("hello there", stream=True)
    assert answer.raw == plan.sent[0]
    assert b"event: future_event" in answer.raw
    row = (await agent.reservations())[0]
    assert (row.output_tokens, row.assumed) == (plan.bills[0]["output_tokens"], False)


async def test_a_named_model_is_the_clients_choice(agent: Agent, plan: PlanServer) -> None:
    for model in ("claude-opus-5-5", "claude-opus-5-5-20261001", "opus"):
        answer = await agent.ask("fix the typo", model=model, messages_salt=model)
        assert (answer.tier, answer.headers["x-tierwise-cause"]) == ("opus", "override")
    assert [m.data["model"] for m in plan.messages] == [
        "claude-opus-5-5",
        "claude-opus-5-5-20261001",
        "claude-opus-5-5",
    ]


async def test_a_model_that_is_no_tier_passes_and_is_booked(agent: Agent, plan: PlanServer) -> None:
    answer = await agent.ask("hello", model="claude-fable-5-1")
    assert (answer.status, answer.tier) == (200, "other")
    assert plan.messages[0].data["model"] == "claude-fable-5-1"
    row = (await agent.reservations())[0]
    assert (row.tier, row.state, row.price_known) == ("other", "settled", True)
    assert row.cost > 0


async def test_reminders_do_not_move_a_tier(start: StartGateway, plan: PlanServer) -> None:
    listening = await start()
    tiers = []
    for padding in ("", "x " * 50_000, "Architecture migration security concurrency. " * 2_000):
        async with Agent(listening) as agent:
            said = user("fix the typo in README")
            said["content"][0]["text"] = f"<system-reminder>{padding}</system-reminder>"
            answer = await agent.ask([said], system=padding or "short")
            tiers.append((answer.tier, answer.headers["x-tierwise-confidence"]))
    assert len(set(tiers)) == 1


async def test_hard_words_go_higher_than_easy_ones(start: StartGateway) -> None:
    listening = await start()
    found = []
    for words in ("fix the typo in README", HARD):
        async with Agent(listening) as agent:
            found.append((await agent.ask(words)).tier)
    names = ["haiku", "sonnet", "opus"]
    assert names.index(str(found[0])) < names.index(str(found[1]))


async def test_paused_is_402_with_the_command_that_goes_on(start: StartGateway) -> None:
    listening = await start("[budget]\nday_usd = 0.000001\n")
    async with Agent(listening) as agent:
        answer = await agent.ask("hello")
        assert answer.status == 402
        assert answer.data["error"]["type"] == "billing_error"
        assert "tierwise budget raise" in answer.message
        assert await agent.reservations() == []


async def test_no_key_is_400_with_the_ways_on(
    gateway_env: dict[str, str], start: StartGateway
) -> None:
    del gateway_env["ANTHROPIC_API_KEY"]
    listening = await start()
    async with Agent(listening) as agent:
        answer = await agent.ask("hello")
        assert (answer.status, answer.data["error"]["type"]) == (400, "invalid_request_error")
        assert "ANTHROPIC_API_KEY" in answer.message
        assert [r.state for r in await agent.reservations()] == ["released"]
        office = listening.gateway.office
        told = await office.window.ledger.read(decisions.history)
    assert [(t.task.state, t.task.error) for t in told] == [("failed", "NotConfigured")]


async def test_max_tokens_is_lowered_only_where_a_cap_asks(
    start: StartGateway, plan: PlanServer
) -> None:
    listening = await start("[budget]\nday_usd = 0.02\n")
    async with Agent(listening) as agent:
        answer = await agent.ask("fix the typo in README", max_tokens=128_000)
        assert answer.headers["x-tierwise-changed"] == "max_tokens"
        lowered = plan.messages[0].data["max_tokens"]
        assert 1_024 <= lowered < 128_000
    other = await start("")
    async with Agent(other) as agent:
        answer = await agent.ask("fix the typo in README", max_tokens=128_000)
        assert "x-tierwise-changed" not in answer.headers
        assert plan.messages[1].data["max_tokens"] == 128_000


async def test_a_client_that_goes_away_ends_the_call(agent: Agent, plan: PlanServer) -> None:
    plan.says, plan.delay = "word " * 400, 0.02
    request = agent.http.post(
        agent.url + "/v1/messages", data=body_of("hello", stream=True), headers=agent.headers
    )
    async with request as response:
        await response.content.readany()
    async with asyncio.timeout(5):
        while not plan.gone:
            await asyncio.sleep(0.005)
        while (rows := await agent.reservations())[0].state == "open":
            await asyncio.sleep(0.005)
    assert (rows[0].state, rows[0].assumed) == ("settled", True)
    assert rows[0].output_tokens > 0
    assert await agent.consistent()


@pytest.mark.parametrize("status", [429, 529, 400, 404])
async def test_an_error_of_a_named_model_passes_as_it_is(
    agent: Agent, plan: PlanServer, status: int
) -> None:
    headers = {"retry-after": "7", "x-should-retry": "true"}
    plan.refusals = [Refusal(status, "overloaded_error", "no room", headers)]
    answer = await agent.ask("hello", model="claude-opus-5-5")
    assert (answer.status, answer.message) == (status, "no room")
    assert answer.headers["retry-after"] == "7"
    assert len(plan.messages) == 1
    assert [r.state for r in await agent.reservations()] == ["released"]


async def test_a_routed_call_fails_over_once_before_the_first_byte(
    agent: Agent, plan: PlanServer
) -> None:
    plan.refusals = [Refusal(529, "overloaded_error")]
    answer = await agent.ask("fix the typo in README")
    assert (answer.status, answer.tier) == (200, "sonnet")
    assert answer.headers["x-tierwise-cause"] == "failover"
    assert [m.data["model"] for m in plan.messages] == ["claude-haiku-5-5", "claude-sonnet-5-5"]
    assert [r.state for r in await agent.reservations()] == ["released", "settled"]
    plan.refusals = [Refusal(529), Refusal(529, "overloaded_error", "still full")]
    answer = await agent.ask("another small typo fix in CHANGES")
    assert (answer.status, answer.message) == (529, "still full")
    assert len(plan.messages) == 4


async def test_a_stream_that_breaks_off_ends_with_an_error_event(
    agent: Agent, plan: PlanServer
) -> None:
    plan.says, plan.break_after = "word " * 100, 8
    answer = await agent.ask("hello", stream=True)
    assert answer.raw.startswith(plan.sent[0])
    assert b"event: error" in answer.raw[len(plan.sent[0]) :]
    row = (await agent.reservations())[0]
    assert (row.state, row.assumed) == ("settled", True)


async def test_temperature_is_dropped_where_it_is_refused_and_named(
    agent: Agent, plan: PlanServer
) -> None:
    answer = await agent.ask("hello", temperature=0)
    assert answer.headers["x-tierwise-changed"] == "temperature"
    assert "temperature" not in plan.messages[0].data
    answer = await agent.ask("hello", temperature=0, model="claude-opus-5-5")
    assert plan.messages[1].data["temperature"] == 0


async def test_what_a_model_rejects_is_400_and_says_who_takes_it(
    start: StartGateway, plan: PlanServer
) -> None:
    listening = await start('[pins]\nproject = "opus"\n')
    async with Agent(listening) as agent:
        answer = await agent.ask("hello", thinking={"type": "disabled"})
        assert (answer.status, answer.data["error"]["type"]) == (400, "invalid_request_error")
        assert "thinking.type 'disabled'" in answer.message
        assert "Haiku" in answer.message
        assert plan.messages == []


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"{", b'{"model":"auto"', b'{"model":"auto"}x', b"\xff{}", b'{"model": 3}',
        b'{"model":"auto","model":"claude-opus-5-5","messages":[]}', b"{" + b'"a":[' * 99_999,
    ],
)  # fmt: skip
async def test_a_body_that_cannot_be_read_safely_is_refused(
    agent: Agent, plan: PlanServer, raw: bytes
) -> None:
    answer = await agent.ask([], raw=raw)
    assert (answer.status, answer.data["error"]["type"]) == (400, "invalid_request_error")
    assert plan.received == []


async def test_a_conversation_sent_in_parts_is_asked_for_whole(agent: Agent) -> None:
    answer = await agent.ask("hello", thread={"type": "continue", "previous_message_id": "m"})
    assert answer.status == 400
    assert "capability_rejected: beta_header:message-threads-2026-08-12" in answer.message
