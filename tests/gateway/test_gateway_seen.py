"""What operators see of agents: the status line, the table, history, thresholds, secrets, edits."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, result, used, user
from tests.support.plan_server import PlanServer

from tierwise.cli import gateway_setup, statusline, top
from tierwise.gateway import passed_edits, survival
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.setups import merged, setups
from tierwise.store import decisions


async def command(env: dict[str, str], *arguments: str, given: str = "") -> str:
    """A command of ours in a process of its own; what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tierwise", *arguments,
        env={**os.environ, **env, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(given.encode())
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_the_status_line_is_that_of_the_session(
    start: StartGateway, gateway_env: dict[str, str]
) -> None:
    listening = await start("[budget]\nday_usd = 3.0\n")
    async with Agent(listening) as agent:
        given = json.dumps({"session_id": agent.session, "model": {"id": "claude-auto"}})
        assert "nothing was routed" in await command(gateway_env, "statusline", given=given)
        await agent.ask("fix the typo in README")
        line = (await command(gateway_env, "statusline", given=given)).strip()
        assert line.startswith("Haiku · enough for about ")
        assert "\nforecast of this turn: " in line
        assert " · paid in this session so far: " in line
        assert " of the budget left · " in line
        assert line.endswith("for another tier begin with @sonnet or @opus")
        await agent.ask([user("hi"), used("Read", 1), user("now add b")], model="claude-opus-5-5")
        line = await command(gateway_env, "statusline", given=given)
        assert "Opus (chosen by the client, not routed)" in line
        async with Agent(listening) as other:
            said = json.dumps({"session_id": other.session})
            await other.ask("hello", model="claude-opus-4-8")
            line = await command(gateway_env, "statusline", given=said)
            assert line.startswith("claude-opus-4-8 (chosen by the client, not routed)")
            await other.ask("fix the typo in README")
            assert "Haiku" in await command(gateway_env, "statusline", given=said)
            await other.ask([user("hi"), used("Read", 1), user("b")], model="claude-opus-4-8")
            line = await command(gateway_env, "statusline", given=said)
            assert line.startswith("claude-opus-4-8 (chosen by the client, not routed) · ")
    await listening.close()
    assert "no gateway runs" in await command(gateway_env, "statusline", given=given)


@pytest.mark.parametrize("given", ["", "{", "[]", '{"session_id": null}'])
def test_the_status_line_never_fails(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIERWISE_STATE_DIR", str(tmp_path))
    assert "no gateway" in statusline.line(given)


async def test_the_table_has_a_line_per_strand(agent: Agent, gateway_env: dict[str, str]) -> None:
    await agent.ask("fix the typo in README")
    await agent.ask("list the files", headers={"x-claude-code-agent-id": "a1"})
    answer = json.loads(await command(gateway_env, "top", "--json"))
    assert len(top.strands(answer)) == 2
    console = Console(file=io.StringIO(), width=140)
    console.print(top.table(answer))
    assert isinstance(console.file, io.StringIO)
    drawn = console.file.getvalue()
    assert "Haiku" in drawn
    assert "subagent" in drawn


async def test_history_and_why_know_the_tasks_of_agents(
    agent: Agent, gateway_env: dict[str, str], plan: PlanServer, tmp_path: Path
) -> None:
    project = {"x-tierwise-project": str(tmp_path)}
    answer = await agent.ask("fix the typo in README", headers=project)
    await agent.listening.gateway.office.journal.flush()
    told = json.loads(await command(gateway_env, "history", "--json"))
    assert [(t["taskId"], t["action"], t["state"]) for t in told] == [
        (answer.task, "agent", "answered")
    ]
    assert told[0]["costUsd"] > 0
    assert "Haiku" in await command(gateway_env, "why", str(answer.task))
    office = agent.listening.gateway.office
    row = await office.window.ledger.read(lambda c: decisions.task(c, str(answer.task)))
    assert row is not None
    assert row.task.project == tmp_path.as_posix()


async def test_no_word_of_an_agent_is_in_the_ledger_or_the_log(
    agent: Agent, gateway_env: dict[str, str]
) -> None:
    word = "xylophonequark"
    said = [user(f"fix the {word}"), used("Read", 1, path=word), result(1, word)]
    await agent.ask(said, system=f"You know the {word}.")
    await agent.listening.gateway.office.journal.flush()
    state = Path(gateway_env["TIERWISE_STATE_DIR"])
    for file in state.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            assert word.encode() not in raw, file
            assert gateway_env["ANTHROPIC_API_KEY"].encode() not in raw, file


async def test_the_operators_command_runs_once_per_threshold(
    start: StartGateway, tmp_path: Path, plan: PlanServer
) -> None:
    told = tmp_path / "told.txt"
    script = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n')"
    notify = json.dumps([sys.executable, "-c", script, str(told)])
    listening = await start(f"notify_command = {notify}\n[budget]\nday_usd = 1.0\nsoft_at = 0.0\n")
    async with Agent(listening) as agent:
        for number in range(3):
            await agent.ask(f"fix typo number {number}")
        async with asyncio.timeout(20):
            while not told.exists():
                await asyncio.sleep(0.02)
    await listening.close()
    assert len(told.read_text().splitlines()) == 1


def edit(path: str, old: str, new: str, *, failed: bool = False) -> ToolCall:
    return ToolCall("Edit", {"file_path": path, "old_string": old, "new_string": new}, failed, "")


def test_what_is_left_of_an_edit_is_counted_in_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    made = passed_edits.edit_of(edit(str(file), "one\ntwo\n", "one\nthree\nfour\n"))
    assert made is not None
    for text, value in (
        ("one\nthree\nfour\n", "1.0/1.0"),
        ("one\n    three\n", "0.5/1.0"),
        ("one\ntwo\n", "0.0/0.0"),
        ("", "0.0/1.0"),
    ):
        file.write_text(text)
        assert passed_edits.survival([made], tmp_path) == value, text
    assert passed_edits.edit_of(edit(str(file), "a", "b", failed=True)) is None


def test_only_files_of_the_project_are_looked_at(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside.py"
    project.mkdir()
    outside.write_text("secret = 1\n")
    (project / "link.py").symlink_to(outside)
    for path in (str(outside), "../outside.py", str(project / "link.py")):
        made = passed_edits.edit_of(edit(path, "", "secret = 1\n"))
        assert made is not None
        assert passed_edits.survival([made], project) == "0.0/1.0"


async def test_edits_of_an_agent_are_looked_after(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survival, "CHECKS_MS", (0,))
    (tmp_path / "a.py").write_text("b = 2\n")
    given = {"file_path": str(tmp_path / "a.py"), "old_string": "a = 1", "new_string": "b = 2"}
    project = {"x-tierwise-project": str(tmp_path)}
    await agent.ask("fix the typo", headers=project)
    said = [user("fix the typo"), used("Edit", 1, **given), result(1, "ok")]
    step = await agent.ask(said, headers=project)
    office = agent.listening.gateway.office
    async with asyncio.timeout(10):
        while True:
            await office.journal.flush()
            told = await office.window.ledger.read(lambda c: decisions.task(c, str(step.task)))
            assert told is not None
            if told.outcomes:
                break
            await asyncio.sleep(0.01)
    assert [(o[0], o[3]) for o in told.outcomes] == [("survived", "1.0/1.0")]


def test_settings_are_merged_and_the_old_file_is_kept(tmp_path: Path) -> None:
    setup = setups("http://127.0.0.1:8484", "tw-token")["claude-code"]
    file = tmp_path / "settings.json"
    old: dict[str, Any] = {"permissions": {"allow": ["Read"]}, "env": {"MINE": "1"}}
    file.write_text(json.dumps(old))
    kept = gateway_setup.written(file, setup, "tw-token")
    assert kept is not None
    assert json.loads(kept.read_text()) == old
    found = json.loads(file.read_text())
    assert found["permissions"] == old["permissions"]
    assert found["env"]["MINE"] == "1"
    assert found["env"]["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:8484"
    assert found["statusLine"]["command"] == "tierwise statusline"
    assert file.stat().st_mode & 0o777 == 0o600
    assert merged(found, setup.merge) == found
    assert gateway_setup.written(file, setup, "tw-token") is None
    moved = setups("http://127.0.0.1:9000", "tw-token", hooks=True)["claude-code"]
    again = gateway_setup.written(file, moved, "tw-token")
    assert again == kept
    assert json.loads(kept.read_text()) == old
    file.write_text(json.dumps({"theme": "dark"}))
    assert gateway_setup.written(file, moved, "tw-token") == kept
    assert json.loads(kept.read_text()) == {"theme": "dark"}


@pytest.mark.parametrize("client", ["claude-code", "opencode", "continue", "aider"])
async def test_the_set_up_is_printed_with_its_warning(
    gateway_env: dict[str, str], tmp_path: Path, client: str
) -> None:
    env = {**gateway_env, "HOME": str(tmp_path)}
    said = await command(env, "gateway", "setup", client)
    token = (Path(env["TIERWISE_STATE_DIR"]) / "gateway-token").read_text().strip()
    assert token in said
    assert "show" in said
    await command(env, "gateway", "setup", client, "--write")
    file = tmp_path / setups("", "")[client].file
    assert token in file.read_text()


async def test_a_flat_plan_is_not_left_without_a_yes(
    gateway_env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / ".credentials.json").write_text('{"claudeAiOauth": {}}')
    env = {**gateway_env, "HOME": str(tmp_path)}
    with pytest.raises(AssertionError, match="--yes"):
        await command(env, "gateway", "setup", "claude-code", "--write")
    assert not (tmp_path / ".claude" / "settings.json").exists()
    await command(env, "gateway", "setup", "claude-code", "--write", "--yes")
    assert (tmp_path / ".claude" / "settings.json").exists()
