"""Real Claude Code through the gateway: a file is really edited under one decision."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gateway.conftest import StartGateway, gateway_env, plan, start
from tests.support.plan_server import Call, PlanServer
from tierwise.gateway import words
from tierwise.gateway.serve import Listening
from tierwise.gateway.setups import setups

__all__ = ["gateway_env", "plan", "start"]

CLIENTS = Path(__file__).parents[2] / ".tools" / "clients"
VERSIONS = sorted(CLIENTS.glob("claude-code-*/node_modules/.bin/claude"))

pytestmark = pytest.mark.skipif(
    not VERSIONS and not os.environ.get("CI"),
    reason="Claude Code is not installed: make test-clients installs it",
)


def test_a_client_is_there_to_be_driven() -> None:
    """Under CI these tests run: an empty list of versions must not pass for a success."""
    assert VERSIONS, "make clients installs it"


@dataclass(frozen=True, slots=True)
class Said:
    """How a run of the client ended."""

    code: int | None
    text: str
    prompts: tuple[str, ...]


async def ask(client: Path, listening: Listening, home: Path, wish: str) -> Said:
    """Run the client headless, with the settings of our set-up and a hook that keeps the prompt."""
    setup = setups(listening.url, listening.gateway.tokens.models)["claude-code"]
    prompts = home / "prompts.jsonl"
    hook = {"hooks": [{"type": "command", "command": f"cat >> {prompts}; echo >> {prompts}"}]}
    settings = {**setup.merge, "hooks": {"UserPromptSubmit": [hook]}}
    folder = home / ".claude"
    folder.mkdir(exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(settings))
    process = await asyncio.create_subprocess_exec(
        str(client), "-p", wish, "--permission-mode", "acceptEdits",
        "--allowedTools", "Read", "Edit", "Bash",
        cwd=home / "work", stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "DISABLE_AUTOUPDATER": "1"},
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 100)
    kept = prompts.read_text().splitlines() if prompts.exists() else []
    told = tuple(json.loads(line)["prompt"] for line in kept if line.strip())
    return Said(process.returncode, out.decode(), told)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    (found / "work").mkdir(parents=True)
    (found / "work" / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    return found


@pytest.mark.parametrize("client", VERSIONS, ids=lambda p: p.parts[-4])
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


@pytest.mark.parametrize("client", VERSIONS, ids=lambda p: p.parts[-4])
async def test_a_pause_is_one_line_with_the_command_that_goes_on(
    client: Path, start: StartGateway, plan: PlanServer, home: Path
) -> None:
    listening = await start("[budget]\nday_usd = 0.000001\n")
    said = await ask(client, listening, home, "fix the bug in calc.py")
    assert said.code == 1
    assert "tierwise budget raise" in said.text
    assert plan.messages == []
