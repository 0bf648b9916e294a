"""Real Claude Code through the gateway: a file is really edited under one decision."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.clients.claude_code import VERSIONS, ask, version_of, workplace
from tests.gateway.conftest import StartGateway, gateway_env, plan, start
from tests.support.plan_server import Call, PlanServer
from tierwise.gateway import words

__all__ = ["gateway_env", "plan", "start"]

pytestmark = pytest.mark.skipif(
    not VERSIONS and not os.environ.get("CI"),
    reason="Claude Code is not installed: make test-clients installs it",
)


def test_a_client_is_there_to_be_driven() -> None:
    """Under CI these tests run: an empty list of versions must not pass for a success."""
    assert VERSIONS, "make clients installs it"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return workplace(tmp_path)


@pytest.mark.parametrize("client", VERSIONS, ids=version_of)
async def test_a_file_is_edited_under_one_decision(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    file = home / "work" / "calc.py"
    edit = {"file_path": str(file), "old_string": "a - b", "new_string": "a + b"}
    plan.plan = [Call("Read", {"file_path": str(file)}), Call("Edit", edit)]
    listening = await start()
    said = await ask(client, listening, home, "fix the bug in calc.py")
    assert (said.code, "a + b" in file.read_text()) == (0, True), said.text
    bodies = [call.data for call in plan.messages]
    loop = [body for body in bodies if body.get("tools")]
    assert len(loop) == 3
    assert {body["model"] for body in bodies} == {"claude-haiku-5-5"}
    tasks = listening.gateway.planner.running.all()
    assert [(task.calls, task.decisions) for task in tasks] == [(3, 1)]
    assert tasks[0].project == (home / "work").resolve().as_posix()
    assert tuple(words.said_last(loop[0]) for _ in said.prompts) == said.prompts
    assert said.prompts == ("fix the bug in calc.py",)


@pytest.mark.parametrize("client", VERSIONS, ids=version_of)
async def test_a_pause_is_one_line_with_the_command_that_goes_on(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    listening = await start("[budget]\nday_usd = 0.000001\n")
    said = await ask(client, listening, home, "fix the bug in calc.py")
    assert said.code == 1
    assert "tierwise budget raise" in said.text
    assert plan.messages == []
