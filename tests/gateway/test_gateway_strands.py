"""A task is a turn of a strand: its tier is held, inherited, lifted on evidence, and chosen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, Answer, assistant, result, used, user
from tests.support.plan_server import PlanServer

from tierwise.gateway import consent
from tierwise.store import decisions

HARD = "find the race condition in the billing service and fix it without slowing it down"


def looped(words: str, *calls: tuple[dict[str, Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """A conversation in the middle of its loop."""
    return [user(words), *(message for call in calls for message in call)]


async def test_consent_inherits_the_tier_of_what_runs(agent: Agent) -> None:
    first = await agent.ask(HARD)
    assert first.tier == "opus"
    said = [user(HARD), assistant("Here is my plan."), user("yes, do it")]
    second = await agent.ask(said)
    assert (second.tier, second.headers["x-tierwise-cause"]) == ("opus", "thread")
    assert second.task != first.task
    alone = await agent.ask("yes, do it", headers={"x-claude-code-session-id": "another"})
    assert alone.headers["x-tierwise-cause"] != "thread"


async def test_a_retry_is_the_same_task(agent: Agent) -> None:
    first = await agent.ask("fix the typo")
    again = await agent.ask("fix the typo", headers={"x-stainless-retry-count": "1"})
    assert again.task == first.task


async def test_the_tier_goes_up_once_on_evidence_and_says_so(agent: Agent) -> None:
    words = "fix the typo in README"
    failing = [
        (used("Bash", n, command="make"), result(n, "error", failed=True)) for n in range(1, 6)
    ]
    tiers: list[Answer] = [await agent.ask(looped(words, *failing[:n])) for n in range(6)]
    assert [a.tier for a in tiers] == ["haiku"] * 3 + ["sonnet"] * 3
    assert [a.headers["x-tierwise-cause"] for a in tiers[3:]] == ["escalated"] * 3
    assert len({a.task for a in tiers}) == 1
    office = agent.listening.gateway.office
    await office.journal.flush()
    told = await office.window.ledger.read(lambda c: decisions.task(c, str(tiers[0].task)))
    assert told is not None
    assert [(d.answering, d.cause) for d in told.decisions][1:] == [("sonnet", "escalated")]


async def test_two_red_runs_after_edits_are_evidence_and_green_ones_are_not(agent: Agent) -> None:
    words = "fix the typo in README"

    def edit(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        given = {"file_path": "a.py", "old_string": "a", "new_string": str(number)}
        return used("Edit", number, **given), result(number, "ok")

    def run(number: int, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return used("Bash", number, command="python -m pytest -q"), result(number, text)

    green = looped(words, edit(1), run(2, "5 passed"), edit(3), run(4, "1 failed, 4 passed"))
    assert (await agent.ask(green)).tier == "haiku"
    red = looped(words, edit(1), run(2, "2 failed"), edit(3), run(4, "1 failed, 4 passed"))
    assert (await agent.ask(red)).tier == "sonnet"


async def test_an_explicit_choice_is_never_lifted(agent: Agent) -> None:
    failing = [(used("Bash", n, command="make"), result(n, "e", failed=True)) for n in range(1, 5)]
    words = "@haiku fix the typo in README"
    for count in range(5):
        answer = await agent.ask(looped(words, *failing[:count]))
        assert (answer.tier, answer.headers["x-tierwise-cause"]) == ("haiku", "override")


async def test_a_tier_word_counts_in_the_operators_own_words_alone(
    start: StartGateway, plan: PlanServer
) -> None:
    listening = await start()
    for words, tier in (
        ("@opus fix the typo", "opus"),
        ("fix the typo @opus", "haiku"),
        ("@README fix the typo", "haiku"),
        ("@@opus is a word", "haiku"),
    ):
        async with Agent(listening) as agent:
            assert (await agent.ask(words)).tier == tier, words
            assert plan.messages[-1].data["messages"][0]["content"][1]["text"] == words
    async with Agent(listening) as agent:
        said = [user("fix the typo"), used("Read", 1), result(1, "@opus do more")]
        assert (await agent.ask(said)).tier == "haiku"
        named = {"x-claude-code-agent-id": "a1"}
        assert (await agent.ask("@opus fix the typo", headers=named)).tier == "haiku"


async def test_titles_take_the_cheapest_and_are_no_tasks(agent: Agent, plan: PlanServer) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    form = {"format": {"type": "json_schema", "schema": schema}}
    words = f"<session>\n{HARD}\n</session>\n\nWrite the title."
    for model in ("claude-auto", "claude-opus-5-5"):
        answer = await agent.ask(words, tools=None, output_config=form, model=model)
        assert (answer.kind, answer.tier, answer.task) == ("title", "haiku", None)
    disabled = await agent.ask(words, tools=None, output_config=form, thinking={"type": "disabled"})
    assert (disabled.status, disabled.tier) == (200, "haiku")
    office = agent.listening.gateway.office
    await office.journal.flush()
    assert await office.window.ledger.read(lambda c: decisions.history(c)) == []
    assert len(await agent.reservations()) == 3


async def test_a_compaction_stays_where_the_strand_is(agent: Agent) -> None:
    assert (await agent.ask(HARD)).tier == "opus"
    said = [
        user(HARD),
        assistant("Done."),
        user("CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.\n\nSummarise."),
    ]
    answer = await agent.ask(said)
    assert (answer.kind, answer.tier, answer.task) == ("compact", "opus", None)


async def test_a_count_goes_to_the_model_of_the_strand(agent: Agent, plan: PlanServer) -> None:
    path = "/v1/messages/count_tokens"
    answer = await agent.ask("fix the typo", path=path, max_tokens=None)
    assert (answer.kind, answer.tier, answer.task) == ("count", "haiku", None)
    assert answer.data["input_tokens"] > 0
    assert (await agent.ask(HARD)).tier == "opus"
    assert (await agent.ask("foo", path=path, max_tokens=None)).tier == "opus"
    assert plan.received[-1].data["model"] == "claude-opus-5-5"
    assert len(await agent.reservations()) == 1


async def test_a_sub_agent_has_a_task_of_its_own(agent: Agent) -> None:
    turn = await agent.ask(HARD)
    named = {"x-claude-code-agent-id": "a1"}
    beside = await agent.ask("list the functions of calc.py", headers=named)
    assert (beside.kind, beside.tier) == ("subagent", "haiku")
    assert beside.task != turn.task
    said = [user("list the functions of calc.py"), used("Read", 1), result(1, "def add")]
    step = await agent.ask(said, headers=named)
    assert (step.kind, step.task, step.tier) == ("step", beside.task, "haiku")


async def test_what_the_client_names_binds_caps_or_is_routed(
    start: StartGateway, plan: PlanServer
) -> None:
    for how, easy, hard in (("honour", "sonnet", "sonnet"), ("cap", "haiku", "sonnet"),
                            ("route", "haiku", "opus")):  # fmt: skip
        listening = await start(f'[gateway]\nclient_models = "{how}"\n')
        for words, tier in (("fix the typo in README", easy), (HARD, hard)):
            async with Agent(listening) as agent:
                assert (await agent.ask(words, model="claude-sonnet-5-5")).tier == tier, how
    assert plan.messages


async def test_a_strand_goes_on_after_a_restart(start: StartGateway) -> None:
    first = await start()
    async with Agent(first, "session-1") as agent:
        begun = await agent.ask(HARD)
    await first.close()
    second = await start()
    async with Agent(second, "session-1") as agent:
        step = await agent.ask(looped(HARD, (used("Read", 1), result(1, "text"))))
        assert (step.task, step.tier) == (begun.task, "opus")


async def test_soft_turns_go_down_near_the_cap_and_a_loop_does_not(start: StartGateway) -> None:
    listening = await start("[budget]\nday_usd = 1.0\nsoft_at = 0.0\n")
    words = "add a retry to the download function"
    async with Agent(listening) as agent:
        turn = await agent.ask(words)
        assert (turn.headers["x-tierwise-routed"], turn.tier) == ("sonnet", "haiku")
        assert turn.headers["x-tierwise-cause"] == "budget"
        step = await agent.ask(looped(words, (used("Read", 1), result(1, "text"))))
        assert (step.task, step.tier) == (turn.task, "haiku")


@pytest.mark.parametrize(
    "words",
    ["continue", "yes", "Yes, do it.", "ok", "go on", "please continue", "go ahead!", "ja, weiter",
     "ok do that", "proceed with the plan", "继续", "LGTM, ship it"],
)  # fmt: skip
def test_words_that_go_on(words: str) -> None:
    assert consent.consents(words)
    assert not consent.corrects(words)


@pytest.mark.parametrize(
    "words",
    ["", "continue with the migration of auth", "yes, but rename foo first", "is it ok?", "thanks",
     "do it in Rust", "no", "fix it", "it", "add tests"],
)  # fmt: skip
def test_words_that_name_something_new(words: str) -> None:
    assert not consent.consents(words)


@pytest.mark.parametrize(
    "words",
    ["no, that is still wrong", "No. It's still failing", "that didn't work", "still broken",
     "It is not fixed", "wrong", "try again", "you broke the tests", "revert that"],
)  # fmt: skip
def test_words_that_correct(words: str) -> None:
    assert consent.corrects(words)


@pytest.mark.parametrize(
    "words", ["no problem, now add a test", "not sure what this does", "add a retry", "now fix b"]
)
def test_words_that_do_not_correct(words: str) -> None:
    assert not consent.corrects(words)
