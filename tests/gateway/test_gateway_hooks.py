"""Outcomes by a client's hooks, and what is left of an agent's edits."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, assistant, result, used, user
from tests.support.plan_server import Call, PlanServer, Refusal

from tierwise.cli import gateway_setup
from tierwise.gateway import passed_edits, survival
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.setups import merged, setups
from tierwise.learning.labels import SETTLED_MS
from tierwise.learning.survival import CHECKS_MS
from tierwise.store import decisions, schema

Told = list[tuple[str, str | None]]


async def hooked(agent: Agent, event: str, **more: Any) -> None:
    """The client runs our hook with an event of its session."""
    await agent.listening.gateway.calls.idle()
    said = {"hook_event_name": event, "session_id": agent.session, **more}
    answer = await agent.send("POST", "/v1/hooks", said, agent.operator)
    assert answer.status == 200, answer.raw


async def outcomes_of(agent: Agent, task: str | None) -> Told:
    office = agent.listening.gateway.office
    await agent.reservations()
    told = await office.window.ledger.read(lambda conn: decisions.task(conn, str(task)))
    assert told is not None
    return [(kind, value) for kind, _, _, value, *_ in told.outcomes]


def ran(number: int, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return used("Bash", number, command="pytest -q"), result(number, text)


EDIT = {"tool_name": "Edit", "tool_input": {"file_path": "a.py", "new_string": "b"}}
TEST = {"tool_name": "Bash", "tool_input": {"command": "python -m pytest -q"}}


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [("now add a test", "wentOn"), ("no, that is still wrong", "reasked"), ("thanks", "wentOn")],
)
async def test_the_next_words_say_how_a_turn_went(agent: Agent, prompt: str, kind: str) -> None:
    await hooked(agent, "UserPromptSubmit", prompt="fix the typo")
    turn = await agent.ask("fix the typo")
    await hooked(agent, "Stop")
    await hooked(agent, "UserPromptSubmit", prompt=prompt)
    await agent.ask([user("fix the typo"), assistant("Done."), user(prompt)])
    assert await outcomes_of(agent, turn.task) == [(kind, None)]


async def test_a_turn_without_its_end_was_interrupted(agent: Agent, plan: PlanServer) -> None:
    plan.plan = [Call("Bash", {"command": "make"})]
    await hooked(agent, "UserPromptSubmit", prompt="fix the typo")
    turn = await agent.ask("fix the typo")
    await hooked(agent, "UserPromptSubmit", prompt="stop, do something else")
    assert await outcomes_of(agent, turn.task) == [("interrupted", None)]


async def test_a_turn_that_failed_says_nothing_of_its_tier(agent: Agent, plan: PlanServer) -> None:
    plan.refusals = [Refusal(400, "invalid_request_error")]
    await hooked(agent, "UserPromptSubmit", prompt="fix the typo")
    turn = await agent.ask("fix the typo")
    await hooked(agent, "UserPromptSubmit", prompt="try again")
    assert await outcomes_of(agent, turn.task) == []


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([EDIT, TEST], [("tests", "green")]),
        ([EDIT, {**TEST, "failed": True}], [("tests", "red")]),
        ([EDIT, {**TEST, "failed": True}, EDIT, TEST], [("tests", "green")]),
        ([TEST], []),
        ([{**EDIT, "failed": True}, TEST], []),
    ],
)
async def test_a_turns_last_run_is_told_by_how_it_ended(
    agent: Agent, events: list[dict[str, Any]], told: Told
) -> None:
    await hooked(agent, "UserPromptSubmit", prompt="fix the typo")
    turn = await agent.ask("fix the typo")
    for event in events:
        failed = event.get("failed", False)
        await hooked(agent, "PostToolUseFailure" if failed else "PostToolUse", **event)
    await hooked(agent, "Stop")
    assert await outcomes_of(agent, turn.task) == told


async def test_bodies_are_not_read_beside_hooks(agent: Agent) -> None:
    await hooked(agent, "UserPromptSubmit", prompt="fix the typo")
    turn = await agent.ask("fix the typo")
    await hooked(agent, "Stop")
    await hooked(agent, "UserPromptSubmit", prompt="go on with b")
    said = [user("fix the typo"), used("Edit", 1, file_path="a"), result(1, "ok"),
            *ran(2, "1 failed"), user("[Request interrupted by user]\ngo on with b")]  # fmt: skip
    await agent.ask(said)
    assert await outcomes_of(agent, turn.task) == [("wentOn", None)]
    async with Agent(agent.listening) as other:
        turn = await other.ask("fix the typo")
        await other.ask(said)
        assert await outcomes_of(other, turn.task) == [("tests", "red"), ("interrupted", None)]


async def test_no_word_of_a_hook_is_kept(agent: Agent, gateway_env: dict[str, str]) -> None:
    await hooked(agent, "UserPromptSubmit", prompt="a very private wish")
    await agent.ask("hello")
    await hooked(agent, "PostToolUse", tool_name="Bash", tool_input={"command": "private cmd"})
    await hooked(agent, "Stop")
    await agent.listening.gateway.office.journal.flush()
    kept = b"".join(
        file.read_bytes()
        for file in Path(gateway_env["TIERWISE_STATE_DIR"]).rglob("*")
        if file.is_file()
    )
    assert b"private" not in kept


@pytest.mark.parametrize(
    "said", [{}, {"hook_event_name": "Stop"}, {"session_id": "s"}, {"hook_event_name": 1}]
)
async def test_a_hook_that_says_too_little_is_refused(agent: Agent, said: dict[str, Any]) -> None:
    assert (await agent.send("POST", "/v1/hooks", said, agent.operator)).status == 400


async def test_a_hook_of_an_unknown_conversation_is_heard(agent: Agent) -> None:
    for event in ("Stop", "UserPromptSubmit", "PostToolUse", "SessionEnd"):
        answer = await agent.send(
            "POST", "/v1/hooks", {"hook_event_name": event, "session_id": "x"}, agent.operator
        )
        assert answer.data == {"task": None}


async def run_hook(env: dict[str, str], given: str) -> tuple[int | None, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tierwise", "hook", env={**os.environ, **env},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate(given.encode())
    return process.returncode, out


async def test_the_command_tells_the_gateway_and_prints_nothing(
    start: StartGateway, gateway_env: dict[str, str]
) -> None:
    listening = await start()
    async with Agent(listening) as agent:
        await hooked(agent, "UserPromptSubmit", prompt="fix")
        turn = await agent.ask("fix the typo")
        said = {
            "hook_event_name": "UserPromptSubmit",
            "session_id": agent.session,
            "prompt": "no, wrong",
        }
        await listening.gateway.calls.idle()
        assert await run_hook(gateway_env, json.dumps(said)) == (0, b"")
        assert await outcomes_of(agent, turn.task) == [("reasked", None)]
    await listening.close()
    for given in (json.dumps(said), "", "{", "[]", '"x"'):
        assert await run_hook(gateway_env, given) == (0, b"")


def test_hooks_are_written_only_if_wanted_and_beside_others(tmp_path: Path) -> None:
    plain = setups("http://127.0.0.1:1", "t")["claude-code"]
    assert "hooks" not in plain.merge
    setup = setups("http://127.0.0.1:1", "t", hooks=True)["claude-code"]
    file = tmp_path / "settings.json"
    own = {"matcher": "", "hooks": [{"type": "command", "command": "mine"}]}
    file.write_text(json.dumps({"hooks": {"Stop": [own], "SessionStart": [own]}}))
    gateway_setup.written(file, setup, "")
    found = json.loads(file.read_text())["hooks"]
    assert found["SessionStart"] == [own]
    assert found["Stop"] == [own, *setup.merge["hooks"]["Stop"]]
    assert merged(json.loads(file.read_text()), setup.merge) == json.loads(file.read_text())
    commands = {h["command"] for one in found["PostToolUse"] for h in one["hooks"]}
    assert commands == {"tierwise hook"}


async def test_edits_told_by_hooks_are_followed_from_the_last_one(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scaled = tuple(n * 20 for n in range(len(CHECKS_MS)))
    monkeypatch.setattr(survival, "CHECKS_MS", scaled)
    file = tmp_path / "a.py"
    file.write_text("one\ntwo\n")
    project = {"x-tierwise-project": str(tmp_path)}
    await hooked(agent, "UserPromptSubmit", prompt="fix the typo")
    await agent.ask("fix the typo", headers=project)
    for old, new in (("zero", "one\nhalf"), ("half", "two")):
        given = {"file_path": str(file), "old_string": old, "new_string": new}
        await hooked(agent, "PostToolUse", tool_name="Edit", tool_input=given)
    async with asyncio.timeout(30):
        # On a busy machine the first edit may have been looked at to its end before the second.
        while ("1.0/1.0", scaled[-1]) not in (seen := await survived(agent)):
            await asyncio.sleep(0.01)
    assert {("1.0/1.0", after) for after in scaled} <= set(seen)


async def survived(agent: Agent) -> list[tuple[str, int]]:
    """What was seen of edits so far: shares, and milliseconds since the last edit."""
    office, table = agent.listening.gateway.office, schema.outcomes
    await office.journal.flush()
    query = sa.select(table.c.value, table.c.after_ms).where(table.c.kind == "survived")
    rows = await office.window.ledger.read(lambda conn: conn.execute(query).all())
    return [(str(value), int(after)) for value, after in rows]


def test_what_an_agent_takes_back_itself_is_not_held_against_it(tmp_path: Path) -> None:
    def edit(old: str, new: str) -> passed_edits.PassedEdit:
        given = {"file_path": "a.py", "old_string": old, "new_string": new}
        made = passed_edits.edit_of(ToolCall("Edit", given, False, ""))
        assert made is not None
        return made

    (tmp_path / "a.py").write_text("three\n")
    edits = [edit("one\n", "two\n"), edit("two\n", "three\n")]
    assert passed_edits.survival(edits, tmp_path) == "1.0/1.0"
    (tmp_path / "a.py").write_text("one\n")
    assert passed_edits.survival(edits, tmp_path) == "0.0/0.0"
    assert passed_edits.survival([edit("one\n", "two\n"), edit("two\n", "one\n")], tmp_path) is None


def test_the_series_ends_after_what_settles_an_answer() -> None:
    assert CHECKS_MS[0] == 0
    assert CHECKS_MS[-1] == 15 * 60 * 1000 > SETTLED_MS
