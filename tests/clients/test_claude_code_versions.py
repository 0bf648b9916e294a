"""Two versions of Claude Code through the gateway, headless and in a terminal: `make test-clients`.

What every run of the tests drives is in `test_claude_code.py`; these take minutes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.clients.claude_code import VERSIONS, ask, version_of, workplace
from tests.clients.terminal import claude_code
from tests.clients.watching import WISH, fixing, matrix, watched
from tests.gateway.conftest import StartGateway, gateway_env, plan, start
from tests.support.agent import Agent
from tests.support.plan_server import Call, PlanServer, Refusal
from tierwise.gateway import words
from tierwise.gateway.setups import setups
from tierwise.store import decisions

__all__ = ["gateway_env", "plan", "start"]

pytestmark = matrix
claude = pytest.mark.parametrize("client", VERSIONS, ids=version_of)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return workplace(tmp_path)


def test_two_versions_are_there() -> None:
    assert len(VERSIONS) >= 2, "make test-clients installs them"


@claude
async def test_the_operators_tier_word(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    plan.plan = fixing(home)
    listening = await start()
    async with watched(listening) as calls:
        said = await ask(client, listening, home, f"@opus {WISH}")
    assert said.code == 0, said.text
    assert {call["tier"] for call in calls if call["task"]} == {"opus"}
    assert len({call["task"] for call in calls if call["task"]}) == 1


@claude
async def test_a_named_model(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    plan.plan = fixing(home)
    listening = await start()
    said = await ask(client, listening, home, WISH, "--model", "claude-opus-5-5")
    assert said.code == 0, said.text
    (task,) = listening.gateway.planner.running.all()
    assert (task.tier, task.client, task.named) == ("opus", "opus", True)
    loop = [call.data for call in plan.messages if call.data.get("tools")]
    assert {body["model"] for body in loop} == {"claude-opus-5-5"}


@claude
async def test_hooks_tell_how_turns_went(
    client: Path,
    start: StartGateway,
    plan: PlanServer,
    home: Path,
    gateway_env: dict[str, str],
) -> None:
    run = Call("Bash", {"command": "python3 -m unittest -q || true", "description": "run tests"})
    plan.plan = [*fixing(home), run]
    listening = await start()
    setup = setups(listening.url, "", hooks=True)["claude-code"]
    env = {
        "TIERWISE_STATE_DIR": gateway_env["TIERWISE_STATE_DIR"],
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    hooks = setup.merge["hooks"]
    first = await ask(client, listening, home, WISH, env=env, hooks=hooks)
    assert first.code == 0, first.text
    (task,) = listening.gateway.planner.running.all()
    plan.plan = ()
    words_again = "no, that is still wrong"
    again = await ask(client, listening, home, words_again, "--continue", env=env, hooks=hooks)
    assert again.code == 0, again.text
    office = listening.gateway.office
    await office.journal.flush()
    told = await office.window.ledger.read(lambda conn: decisions.task(conn, task.task_id))
    assert told is not None
    found = [(kind, value) for kind, _, _, value in told.outcomes if kind != "survived"]
    assert found == [("tests", "green"), ("reasked", None)]


@claude
async def test_the_words_are_those_of_the_prompt(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    listening = await start()
    for wish in (
        WISH,
        'say "two words" & <b>tags</b>\n\nin three lines',
        "日本語で直して",
        "continue",
    ):
        before = len(plan.messages)
        said = await ask(client, listening, home, wish)
        assert said.code == 0, said.text
        loop = [c.data for c in plan.messages[before:] if c.data.get("tools")]
        assert said.prompts == (wish,)
        assert {words.said_last(body) for body in loop} == {wish}


@claude
async def test_thinking_is_bound_to_a_prefix_that_nobody_changed(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    plan.plan, plan.thinking, plan.strict = fixing(home), "let me look at it first", True
    listening = await start()
    first = await ask(client, listening, home, WISH)
    again = await ask(client, listening, home, "now add a test", "--continue")
    assert (first.code, again.code) == (0, 0), first.text + again.text
    thought = [c for c in plan.messages if b'"thinking":"let me look' in c.raw]
    # The older version drops the thinking of a model that it does not know.
    assert thought or version_of(client) == "claude-code-2.1.197"


@claude
async def test_a_summary_stays_on_the_strand(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    plan.plan = fixing(home)
    listening = await start()
    assert (await ask(client, listening, home, f"@sonnet {WISH}")).code == 0
    async with watched(listening) as calls:
        said = await ask(client, listening, home, "/compact", "--continue")
    kinds = [(call["kind"], call["tier"], call["task"]) for call in calls]
    assert kinds, said.text
    assert ("compact", "sonnet", None) in kinds


@claude
async def test_a_sub_agent_is_a_task_of_its_own(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    def plan_of(body: Mapping[str, Any]) -> list[Call]:
        names = {tool.get("name") for tool in body.get("tools", ())}
        name = next((n for n in ("Task", "Agent") if n in names), None)
        if name is None or words.said_last(body) != WISH:
            return []
        given = {
            "description": "look", "prompt": "list the functions of calc.py",
            "subagent_type": "general-purpose",
        }  # fmt: skip
        return [Call(name, given)]

    plan.plan_of = plan_of
    listening = await start()
    async with watched(listening) as calls:
        said = await ask(client, listening, home, WISH)
    assert said.code == 0, said.text
    kinds = {call["kind"] for call in calls}
    assert {"turn", "subagent"} <= kinds, calls
    tasks = {call["task"] for call in calls if call["kind"] in ("turn", "subagent", "step")}
    agents = {call["agent"] for call in calls if call["kind"] == "subagent"}
    assert len(tasks) == 2
    assert None not in agents


@claude
@pytest.mark.parametrize(
    ("refusal", "shown"),
    [
        (Refusal(429, "rate_limit_error", "slow down", {"retry-after": "3600"}), "slow down"),
        (Refusal(529, "overloaded_error", "all full"), "all full"),
        (Refusal(400, "invalid_request_error", "bad body"), "bad body"),
    ],
    ids=["429", "529", "400"],
)
async def test_an_error_reaches_the_operator(
    client: Path, start: StartGateway, plan: PlanServer, home: Path, refusal: Refusal, shown: str
) -> None:
    plan.refusals = [refusal] * 40
    listening = await start()
    said = await ask(
        client, listening, home, WISH, "--model", "claude-opus-5-5",
        env={"CLAUDE_CODE_MAX_RETRIES": "1"},
    )  # fmt: skip
    assert said.code == 1
    assert shown in said.text or str(refusal.status) in said.text, said.text
    assert {call.data["model"] for call in plan.messages if call.data.get("tools")} == {
        "claude-opus-5-5"
    }


@claude
async def test_a_stream_that_breaks_off_is_an_error(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    plan.says, plan.break_after = "word " * 200, 7
    listening = await start()
    said = await ask(client, listening, home, WISH, env={"CLAUDE_CODE_MAX_RETRIES": "1"})
    assert said.code == 1 or "word" in said.text, said.text
    async with Agent(listening) as agent:
        rows = await agent.reservations()
        assert {row.state for row in rows} == {"settled"}
        assert await agent.consistent()


@claude
async def test_an_interrupt_ends_the_call(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    plan.says, plan.delay = "word " * 2_000, 0.05
    listening = await start()

    async def answering() -> None:
        while not any(len(sent) > 3_000 for sent in plan.sent):
            await asyncio.sleep(0.02)

    await ask(client, listening, home, WISH, meanwhile=answering)
    async with asyncio.timeout(20):
        while not plan.gone:
            await asyncio.sleep(0.02)
    async with Agent(listening) as agent:
        rows = await agent.reservations()
        assert {row.state for row in rows if row.output_tokens} == {"settled"}
        assert rows[-1].assumed
        assert await agent.consistent()


@claude
async def test_a_session_in_a_terminal(
    client: Path, start: StartGateway, plan: PlanServer, home: Path, gateway_env: dict[str, str]
) -> None:
    plan.plan = fixing(home)
    listening = await start()
    running, state = listening.gateway.planner.running, gateway_env["TIERWISE_STATE_DIR"]
    async with watched(listening) as calls, claude_code(client, listening, home, state) as at:
        await at.type(WISH)
        await at.shows("Done.")
        await at.shows("Haiku · ")
        assert "a + b" in (home / "work" / "calc.py").read_text()
        (first,) = running.all()
        plan.plan = ()

        await at.type("no, that is still wrong")
        await at.until(lambda _: running.all()[0].task_id != first.task_id)
        (again,) = running.all()
        assert (again.task_id != first.task_id, again.reasks) == (True, 1)

        await at.type("/model opus")
        if "Switch model" in await at.shows("Switch model", "Set model to"):
            await at.press("Enter")
        await at.shows("Set model to")
        await at.type("now add a test")
        await at.shows("chosen by the client")
        # The older version knows an older Opus, which is no tier's and passes as it is.
        named = "opus" if client == VERSIONS[-1] else "other"

        await at.type("/context")
        await at.until(lambda _: any(call["kind"] == "count" for call in calls))
        await at.type("/compact")
        await at.until(lambda _: any(call["kind"] == "compact" for call in calls))
    kinds = {call["kind"]: call["tier"] for call in calls}
    assert kinds["compact"] == named, calls
    assert kinds["title"] == "haiku" or client == VERSIONS[0], calls
    assert any(r.path.startswith("/v1/messages/count_tokens") for r in plan.received)
    tiers = [call["tier"] for call in calls if call["kind"] in ("turn", "step")]
    assert (tiers[0], tiers[-1]) == ("haiku", named)
    office = listening.gateway.office
    await office.journal.flush()
    told = await office.window.ledger.read(lambda conn: decisions.task(conn, first.task_id))
    assert told is not None
    assert "reasked" in {kind for kind, *_ in told.outcomes}
