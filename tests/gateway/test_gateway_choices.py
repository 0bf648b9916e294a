"""What the client names and what the operator chooses: who holds, for how long, and up to where."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, Answer, assistant, result, used, user
from tests.support.plan_server import PlanServer, Refusal

from tierwise.gateway import calls, deciding
from tierwise.models.breaker import FAILURES
from tierwise.store import decisions

SONNET = "claude-sonnet-5-5"
HARD = "find the race condition in the billing service and fix it without slowing it down"
EASY = "fix the typo in README"


def looped(words: str, steps: int, *, failed: bool = False) -> list[dict[str, Any]]:
    """A conversation whose agent made so many calls of one tool."""
    found = [user(words)]
    for number in range(1, steps + 1):
        found += [used("Bash", number, command="make"), result(number, "e", failed=failed)]
    return found


async def chosen(agent: Agent, **said: str) -> None:
    answer = await agent.send("POST", "/v1/override", said, agent.operator)
    assert answer.status == 200, answer.raw


async def turn_and_steps(agent: Agent, words: str, steps: int = 3, **more: Any) -> list[Answer]:
    return [await agent.ask(looped(words, n), **more) for n in range(steps + 1)]


async def test_the_operators_word_holds_beside_a_named_model(
    agent: Agent, plan: PlanServer
) -> None:
    for word in ("haiku", "opus"):
        answers = await turn_and_steps(agent, f"@{word} {EASY}", model=SONNET)
        assert {a.tier for a in answers} == {word}
        assert len({a.task for a in answers}) == 1
        assert {a.headers["x-tierwise-cause"] for a in answers} == {"override"}
    assert {m.data["model"] for m in plan.messages} == {"claude-haiku-5-5", "claude-opus-5-5"}


async def test_a_tasks_override_holds_beside_a_named_model(agent: Agent) -> None:
    first = await agent.ask(looped(EASY, 0), model=SONNET)
    await chosen(agent, scope="task", id=str(first.task), to="haiku")
    later = [await agent.ask(looped(EASY, n), model=SONNET) for n in range(1, 4)]
    assert {(a.task, a.tier) for a in later} == {(first.task, "haiku")}


async def test_another_model_in_the_midst_of_a_turn_is_honoured(agent: Agent) -> None:
    first = await agent.ask(looped(EASY, 0), model=SONNET)
    up = await agent.ask(looped(EASY, 1), model="claude-opus-5-5")
    assert (up.tier, up.task != first.task) == ("opus", True)
    back = [await agent.ask(looped(EASY, n)) for n in (2, 3)]
    assert {a.headers["x-tierwise-cause"] for a in back} == {"routed"}
    assert {a.tier for a in back} == {"haiku"}


@pytest.mark.parametrize("word", ["", "@haiku "])
async def test_what_was_named_is_known_after_a_restart(start: StartGateway, word: str) -> None:
    first = await start()
    async with Agent(first, "s1") as agent:
        begun = await agent.ask(looped(word + EASY, 0), model=SONNET)
    await first.close()
    second = await start()
    async with Agent(second, "s1") as agent:
        steps = [await agent.ask(looped(word + EASY, n), model=SONNET) for n in (1, 2)]
        assert {(a.task, a.tier) for a in steps} == {(begun.task, begun.tier)}
        (running,) = second.gateway.planner.running.all()
        assert (running.client, running.named) == ("sonnet", word == "")


async def test_a_named_model_gets_one_attempt_after_a_restart(
    start: StartGateway, plan: PlanServer
) -> None:
    first = await start()
    async with Agent(first, "s1") as agent:
        await agent.ask(looped(EASY, 0), model=SONNET)
    await first.close()
    plan.refusals = [Refusal(529, "overloaded_error")]
    async with Agent(await start(), "s1") as agent:
        step = await agent.ask(looped(EASY, 1), model=SONNET)
    assert (step.status, len(plan.messages)) == (529, 2)


CAPPED: dict[str, tuple[str, dict[str, Any]]] = {
    "the client's": ('[gateway]\nclient_models = "cap"\n', {"model": "claude-haiku-5-5"}),
    "the operator's": ('max_tier = "haiku"\n', {}),
}


@pytest.mark.parametrize("whose", CAPPED)
async def test_no_way_leads_above_a_cap(start: StartGateway, plan: PlanServer, whose: str) -> None:
    config, named = CAPPED[whose]
    listening = await start(config)
    async with Agent(listening) as agent:
        capped = await agent.ask(HARD, **named)
        assert (capped.tier, capped.headers["x-tierwise-cause"]) == ("haiku", "budget")
    async with Agent(listening) as agent:
        stuck = [await agent.ask(looped(EASY, n, failed=True), **named) for n in range(6)]
        assert {a.tier for a in stuck} == {"haiku"}
        plan.refusals = [Refusal(529, "overloaded_error", "full")]
        refused = await agent.ask("fix another typo", **named)
        assert (refused.status, refused.message) == (529, "full")
    if whose == "the client's":
        async with Agent(listening) as agent:
            assert (await agent.ask(HARD, model="claude-opus-5-5")).tier == "opus"
            said = [user(HARD), assistant("My plan."), user("yes, do it")]
            consent = await agent.ask(said, **named)
            assert (consent.tier, consent.headers["x-tierwise-cause"]) == ("haiku", "budget")
    before = len(plan.messages)
    plan.refusals = [Refusal(529, "overloaded_error")] * (FAILURES - 1)
    async with Agent(listening) as agent:
        for number in range(FAILURES - 1):
            await agent.ask(f"fix typo {number}", **named)
        last = await agent.ask("fix one typo more", **named)
        assert last.tier == "haiku"
    assert {m.data["model"] for m in plan.messages[before:]} == {"claude-haiku-5-5"}


async def test_consent_stays_under_a_cap_that_came_later(
    start: StartGateway, gateway_env: dict[str, str]
) -> None:
    first = await start("")
    async with Agent(first, "s1") as agent:
        assert (await agent.ask(HARD)).tier == "opus"
    await first.close()
    async with Agent(await start('max_tier = "sonnet"\n'), "s1") as agent:
        answer = await agent.ask([user(HARD), assistant("My plan."), user("yes, do it")])
        assert answer.tier == "sonnet"


async def test_each_scope_of_an_override_holds_where_it_says(
    start: StartGateway, plan: PlanServer
) -> None:
    listening = await start()
    inside = {"x-tierwise-project": "shop"}
    async with Agent(listening, "c1") as agent, Agent(listening, "c2") as other:
        assert (await agent.ask(EASY)).tier == "haiku"
        await chosen(agent, scope="conversation", id="c1", to="sonnet")
        assert (await agent.ask([user(EASY), assistant("ok"), user("add a test")])).tier == "sonnet"
        named = {"x-claude-code-agent-id": "a1"}
        assert (await agent.ask("list the functions", headers=named)).tier == "sonnet"
        assert (await other.ask(EASY)).tier == "haiku"
        await chosen(agent, scope="conversation", id="c1", to="auto")
        assert (await agent.ask("rename foo to bar")).tier == "haiku"

        await chosen(agent, scope="project", id="shop", to="opus")
        assert (await other.ask("rename bar to baz", headers=inside)).tier == "opus"
        assert (await other.ask("rename baz to qux")).tier == "haiku"
        await chosen(agent, scope="project", id="shop", to="auto")
        assert (await other.ask("rename a to b", headers=inside)).tier == "haiku"

        await chosen(agent, **{"scope": "tier", "from": "haiku", "to": "sonnet"})
        moved = await other.ask("rename b to c", headers=inside)
        assert (moved.headers["x-tierwise-routed"], moved.tier) == ("haiku", "sonnet")
        assert moved.headers["x-tierwise-cause"] == "remap"
        asked = {"prompt": "rename b to c"}
        decided = await other.send("POST", "/v1/route", asked, other.operator)
        assert decided.data["answering"] == "sonnet"
    await listening.close()
    async with Agent(await start(), "c3") as agent:
        assert (await agent.ask("rename c to d")).tier == "sonnet"
        await chosen(agent, **{"scope": "tier", "from": "haiku", "to": "auto"})
        assert (await agent.ask("rename d to e")).tier == "haiku"


async def test_a_project_is_chosen_for_by_its_folder(start: StartGateway, tmp_path: Any) -> None:
    root = tmp_path / "work"
    (root / ".git").mkdir(parents=True)
    (root / "src").mkdir()
    listening = await start()
    async with Agent(listening) as agent:
        await chosen(agent, scope="project", id=str(root / "src"), to="opus")
        answer = await agent.ask(EASY, headers={"x-tierwise-project": str(root)})
        assert answer.tier == "opus"


async def test_why_a_tier_was_held_or_chosen_is_kept(agent: Agent) -> None:
    first = await agent.ask(f"@haiku {EASY}", model=SONNET)
    office = agent.listening.gateway.office
    await office.journal.flush()
    told = await office.window.ledger.read(lambda conn: decisions.task(conn, str(first.task)))
    assert told is not None
    codes = [reason["code"] for reason in told.decisions[0].detail["reasons"]]
    assert {"client_named", "chosen"} <= set(codes)


async def test_a_named_model_is_asked_before_the_router(
    agent: Agent, plan: PlanServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers_begun: list[int] = []
    decide = deciding.decide

    def watched(*given: Any) -> deciding.Decided:
        answers_begun.append(len(plan.sent))
        return decide(*given)

    monkeypatch.setattr(deciding, "decide", watched)
    monkeypatch.setattr(calls, "BEGUN_S", 3_600.0)
    for number in range(1, 4):
        answer = await agent.ask(f"fix typo {number}", model=SONNET, stream=number > 1)
        assert (answer.tier, answer.headers["x-tierwise-cause"]) == ("sonnet", "override")
        await agent.reservations()
        assert answers_begun == list(range(1, number + 1))
        told = await agent.send("GET", "/v1/decisions", headers=agent.operator)
        newest = told.data["decisions"][0]
        assert (newest["task"], newest["clientNamed"]) == (answer.task, True)
        assert newest["decision"]["estimate"]["haiku"] > 0
        assert "chosen in the client" in " ".join(newest["decision"]["reasons"])
    office = agent.listening.gateway.office
    rows = await office.window.ledger.read(decisions.history)
    assert [len(row.decisions) for row in rows] == [1, 1, 1]
    assert all(row.decisions[0].detail["signals"] for row in rows)


async def test_what_the_router_thinks_is_told_once_it_was_asked(agent: Agent) -> None:
    with agent.listening.gateway.events.listen() as news:
        first = await agent.ask(looped(EASY, 0), model=SONNET)
        await agent.reservations()
        told = [news.get_nowait() for _ in range(news.qsize())]
    step = await agent.ask(looped(EASY, 1), model=SONNET)
    assert (first.task, first.tier) == (step.task, "sonnet")
    assert first.headers["x-tierwise-cause"] == "override"
    asked = {"x-tierwise-routed", "x-tierwise-confidence"}
    assert not asked & set(first.headers)
    assert asked <= set(step.headers)
    assert step.headers["x-tierwise-routed"] == "haiku"
    seen = [event["decision"] for event in told if event["event"] == "decision"]
    assert [decision["final"] for decision in seen] == [False, True]
    assert seen[-1]["estimate"]["haiku"] > 0


async def test_an_override_before_the_router_was_asked_keeps_what_it_thinks(
    agent: Agent, plan: PlanServer
) -> None:
    plan.first_delay = 0.3
    asking = asyncio.create_task(agent.ask(EASY, model=SONNET))
    while not plan.messages:
        await asyncio.sleep(0.01)
    (task,) = agent.listening.gateway.planner.running.all()
    await chosen(agent, scope="task", id=task.task_id, to="opus")
    await asking
    await agent.reservations()
    office = agent.listening.gateway.office
    (row,) = await office.window.ledger.read(decisions.history)
    assert [d.answering for d in row.decisions] == ["sonnet", "opus"]
    assert {d.first for d in row.decisions} == {"haiku"}
    assert all(d.confidence > 0 for d in row.decisions)


async def test_a_named_turn_that_fails_is_decided_on_as_well(
    agent: Agent, plan: PlanServer
) -> None:
    plan.refusals = [Refusal(429, "rate_limit_error")]
    answer = await agent.ask(EASY, model=SONNET)
    assert answer.status == 429
    office = agent.listening.gateway.office
    await agent.reservations()
    (row,) = await office.window.ledger.read(decisions.history)
    assert (row.task.state, len(row.decisions)) == ("failed", 1)
    assert row.decisions[0].detail["signals"]
