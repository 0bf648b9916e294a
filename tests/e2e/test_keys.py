"""A key is nowhere but in the request it is for: whatever echoes it, at every log level."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.e2e.test_money import OWN
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

KEY = "sk-ant-api03-" + "kEy0" * 12
PLAIN = "local-key-without-a-shape"


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    """What the server wrote to stderr."""
    return tmp_path / "stderr.txt"


@pytest_asyncio.fixture
async def loud(env: dict[str, str], errors: Path) -> AsyncIterator[Rpc]:
    """A server at log level debug with two keys, its stderr kept."""
    env |= {"ANTHROPIC_API_KEY": KEY, "LOCAL_KEY": PLAIN}
    with errors.open("wb") as stream:
        rpc = await Rpc.start(env, "--log-level", "debug", stderr=stream.fileno())
        yield rpc
        await rpc.kill()


FAULTS = [
    Fault(status=401, kind="authentication_error", message=f"invalid x-api-key: {KEY}"),
    Fault(status=400, kind="invalid_request_error", message=f"headers: {{'x-api-key': '{KEY}'}}"),
    Fault(status=500, body=f"Traceback: Authorization: Bearer {KEY}"),
    Fault(status=404, body=f"GET http://user:{KEY}@host/v1/messages"),
    Fault(status=302, headers={"location": f"http://127.0.0.1:9/?key={KEY}"}, body=KEY),
    Fault(status=529, kind=KEY, message=PLAIN),
    Fault(after=1, how="error", kind="overloaded_error", message=f"{KEY} {PLAIN}"),
]


async def test_a_key_that_is_echoed_is_written_nowhere(
    loud: Rpc, env: dict[str, str], workspace: Path, config: Path, errors: Path,
    model: RehearsalServer,
) -> None:  # fmt: skip
    config.write_text(
        '[timeouts]\ntask = 4\n[[tiers]]\nname = "local"\nmodel = "m"\napi_key_env = "LOCAL_KEY"\n'
        f'base_url = "{model.base_url}"\n[[tiers]]\nname = "opus"\nmodel = "claude-opus-5-5"\n',
        encoding="utf-8",
    )
    (workspace / ".tierwise.toml").write_text(f'api_key = "{KEY}"\nmax_tier = "{KEY}"\n')
    editor = Editor(loud, workspace)
    hostile = {"apiKey": KEY, "tiers": [{"name": KEY}], "budget": {"dayUsd": KEY}}
    await editor.start(OWN, initializationOptions={"settings": hostile})
    editor.open("sample.py")
    for fault in FAULTS:
        for tier in ("local", "opus"):
            model.faults.default = fault
            with pytest.raises(RpcError):
                await loud.request("tierwise/chat/send", {"prompt": "hello", "tier": tier})
    with pytest.raises(RpcError):
        await loud.request(f"tierwise/{KEY}", {"editId": KEY})
    await loud.stop()
    said = json.dumps(loud.received)
    # What the client itself sent may come back to it; what the server holds may not.
    answers = json.dumps([r for found in loud.responses.values() for r in found])
    assert KEY not in answers.replace(f"tierwise/{KEY}", "")
    assert PLAIN not in answers + said
    assert KEY not in said.replace(f"tier '{KEY}'", "")
    written = errors.read_bytes()
    assert written, "the server did log"
    for path in [p for p in Path(env["TIERWISE_STATE_DIR"]).rglob("*") if p.is_file()]:
        written += path.read_bytes()
    assert KEY.encode() not in written
    assert PLAIN.encode() not in written


async def test_a_missing_key_is_said_before_anything_is_asked(
    env: dict[str, str], workspace: Path
) -> None:
    rpc = await Rpc.start({**env, "ANTHROPIC_API_KEY": ""})
    try:
        await Editor(rpc, workspace).start(OWN)
        lacks = "tierwise/status/didChange"
        await rpc.until(lambda: [s for s in rpc.of(lacks) if s.get("needsKey")])
        assert (await rpc.request("tierwise/status"))["needsKey"] == "ANTHROPIC_API_KEY"
        settings = {"settings": {"tierwise": {"rehearsal": True}}}
        rpc.notify("workspace/didChangeConfiguration", settings)
        await rpc.until(lambda: rpc.of(lacks)[-1].get("needsKey") is None)
    finally:
        await rpc.kill()
