"""The other clients that install here, through the gateway: `make test-clients`.

The SDK that every run of the tests drives is in `tests/gateway/test_gateway_sdk.py`.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.clients.claude_code import CLIENTS, TAKES, workplace
from tests.clients.watching import WISH, matrix, watched
from tests.gateway.conftest import StartGateway, gateway_env, plan, start
from tests.support.plan_server import Call, PlanServer
from tierwise.gateway.setups import setups

__all__ = ["gateway_env", "plan", "start"]

pytestmark = matrix


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return workplace(tmp_path)


async def run(*command: str, cwd: Path, env: Mapping[str, str]) -> tuple[int | None, str]:
    """Another client, with its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], **env},
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), TAKES)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode, out.decode(errors="replace")


def binary(*places: str) -> str:
    """A client's program; it must be there, since this matrix is asked for."""
    found = CLIENTS.joinpath(*places)
    assert found.exists(), f"{found} is missing: make test-clients installs it"
    return str(found)


async def test_opencode_edits_a_file(start: StartGateway, plan: PlanServer, home: Path) -> None:
    file = str(home / "work" / "calc.py")
    edit = {"filePath": file, "oldString": "a - b", "newString": "a + b"}
    plan.plan = [Call("read", {"filePath": file}), Call("edit", edit)]
    listening = await start()
    setup = setups(listening.url, listening.gateway.tokens.models)["opencode"]
    (home / setup.file).parent.mkdir(parents=True)
    (home / setup.file).write_text(setup.shown)
    async with watched(listening) as calls:
        code, text = await run(
            binary("opencode", "node_modules", ".bin", "opencode"), "run", WISH,
            cwd=home / "work", env={"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")},
        )  # fmt: skip
    assert "a + b" in (home / "work" / "calc.py").read_text(), (code, text)
    tasks = {call["task"] for call in calls if call["kind"] in ("turn", "step")}
    assert len(tasks) == 1, calls
    # It names an old model for its titles: no tier's, so it passes as it is.
    assert {call["tier"] for call in calls if call["kind"] == "title"} <= {"haiku", "other"}


async def test_continue_edits_a_file(start: StartGateway, plan: PlanServer, home: Path) -> None:
    file = str(home / "work" / "calc.py")
    edit = {"file_path": file, "old_string": "a - b", "new_string": "a + b"}
    plan.plan = [Call("Read", {"filepath": file}), Call("Edit", edit)]
    listening = await start()
    setup = setups(listening.url, listening.gateway.tokens.models)["continue"]
    config = home / "config.yaml"
    config.write_text(setup.shown)
    async with watched(listening) as calls:
        code, text = await run(
            binary("continue", "node_modules", ".bin", "cn"),
            "--config", str(config), "-p", "--auto", WISH,
            cwd=home / "work", env={"HOME": str(home)},
        )  # fmt: skip
    assert code == 0, text
    assert "Done." in text
    assert "a + b" in (home / "work" / "calc.py").read_text(), text
    loop = [call for call in calls if call["task"]]
    assert [call["kind"] for call in loop] == ["turn", "step", "step"], calls
    assert {(call["task"], call["tier"]) for call in loop} == {(loop[0]["task"], "haiku")}


async def test_aider_answers_through_the_gateway(
    start: StartGateway, plan: PlanServer, home: Path
) -> None:
    listening = await start()
    setup = setups(listening.url, listening.gateway.tokens.models)["aider"]
    (home / setup.file).write_text(setup.shown)
    async with watched(listening) as calls:
        code, text = await run(
            binary("aider", "bin", "aider"), "--yes-always", "--no-check-update", "--no-git",
            "--analytics-disable", "--no-show-release-notes", "--message", WISH, "calc.py",
            cwd=home / "work", env={"HOME": str(home)},
        )  # fmt: skip
    assert "Done." in text, (code, text)
    assert calls
    assert {call["tier"] for call in calls} == {"haiku"}
    assert not any("temperature" in call.data for call in plan.messages)


async def test_llm_answers_through_the_gateway(
    start: StartGateway, plan: PlanServer, home: Path
) -> None:
    listening = await start()
    code, text = await run(
        binary("llm", "bin", "llm"), "-m", "claude-haiku-4.5", "--key",
        listening.gateway.tokens.models, WISH,
        cwd=home / "work",
        env={"HOME": str(home), "ANTHROPIC_BASE_URL": listening.url},
    )  # fmt: skip
    assert (code, text.strip()) == (0, "Done."), text


SCRIPT = """
import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic({ baseURL: process.env.URL, apiKey: process.env.KEY, maxRetries: 0 });
const messages = [{ role: 'user', content: 'fix the typo' }];
const ask = { model: 'auto', max_tokens: 500, messages };
const whole = await client.messages.create(ask);
let text = '';
const stream = client.messages.stream(ask);
stream.on('text', (piece) => { text += piece; });
const last = await stream.finalMessage();
const count = await client.messages.countTokens({ model: 'auto', messages });
const names = [];
for await (const model of client.models.list()) names.push(model.id);
let refused = null;
try { await client.messages.create({ ...ask, max_tokens: undefined }); }
catch (error) { refused = [error.status, error.error.error.type]; }
console.log(JSON.stringify({
  whole: whole.content[0].text, text, stop: last.stop_reason, count: count.input_tokens > 0,
  auto: names.includes('auto'), refused,
}));
"""


async def test_the_typescript_sdk(start: StartGateway, plan: PlanServer, home: Path) -> None:
    folder = Path(binary("sdk-typescript"))
    listening = await start()
    script = folder / f"tierwise-{os.getpid()}.mjs"
    script.write_text(SCRIPT)
    try:
        code, text = await run(
            "node", str(script), cwd=folder,
            env={"URL": listening.url, "KEY": listening.gateway.tokens.models},
        )  # fmt: skip
    finally:
        script.unlink()
    assert code == 0, text
    assert json.loads(text) == {
        "whole": "Done.", "text": "Done.", "stop": "end_turn", "count": True, "auto": True,
        "refused": [400, "invalid_request_error"],
    }  # fmt: skip
