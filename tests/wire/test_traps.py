"""The traps of the protocol library, closed: one test each, on raw bytes."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from typing import Any

import pytest
from tests.conftest import Serve
from tests.support.editor import Editor
from tests.support.rpc import WAIT, Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

POSITION = {"line": 0, "character": 0}


async def alive(rpc: Rpc) -> None:
    """The server answers, and every request so far got exactly one response."""
    await rpc.request("tierwise/status")
    assert all(len(found) == 1 for key, found in rpc.responses.items() if key is not None)


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        "text",
        {"textDocument": {"uri": 7}, "position": POSITION},
        {"textDocument": {}, "position": {"line": -1, "character": 0}},
        {"textDocument": {"uri": "file:///x"}, "position": {"line": 2**40, "character": 1}},
    ],
)
async def test_params_that_do_not_fit_are_answered(rpc: Rpc, params: Any) -> None:
    await rpc.initialize()
    for method in ("textDocument/hover", "tierwise/task/start", "workspace/executeCommand"):
        try:
            await rpc.request(method, params)
        except RpcError as error:
            assert error.code in (-32602, -32603)
            assert "Traceback" not in json.dumps(error.error)
    await alive(rpc)
    assert not rpc.of("window/showMessage"), "no popup about a message that does not fit"


async def test_a_nested_jsonrpc_key_is_only_a_key(rpc: Rpc) -> None:
    await rpc.initialize()
    quoted = {"jsonrpc": "2.0", "id": 1, "method": "exit"}
    params = {"command": "tierwise.nothing", "arguments": [{"deep": quoted, "jsonrpc": "2.0"}]}
    with pytest.raises(RpcError, match="no command"):
        await rpc.request("workspace/executeCommand", params)
    await alive(rpc)


async def test_before_initialize_and_after_shutdown(rpc: Rpc) -> None:
    with pytest.raises(RpcError) as early:
        await rpc.request("tierwise/status")
    assert early.value.code == -32002
    await rpc.initialize()
    await rpc.request("shutdown")
    with pytest.raises(RpcError) as late:
        await rpc.request("tierwise/status")
    assert late.value.code == -32600
    rpc.notify("exit")
    assert await asyncio.wait_for(rpc.process.wait(), WAIT) == 0


async def test_exit_without_shutdown_is_not_success(rpc: Rpc) -> None:
    await rpc.initialize()
    rpc.notify("exit")
    assert await asyncio.wait_for(rpc.process.wait(), WAIT) == 1


async def test_lines_end_where_the_protocol_says(editor: Editor, rpc: Rpc) -> None:
    await editor.start("neovim")
    await rpc.request("tierwise/status")
    text = "def a():\n    x = 'p\fq'\n    y = 'r\u2028s'\n    return x\n"
    uri = editor.open("odd.py", text)
    editor.type(uri, 3, "    z = 1\n")
    started = await rpc.request(
        "tierwise/task/start",
        {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 5)},
    )
    await rpc.until(lambda: any(
        p["value"].get("kind") == "end" for p in rpc.of("$/progress")
    ))  # fmt: skip
    history = await rpc.request("tierwise/history/query", {})
    edit = await rpc.request("tierwise/edit/get", {"editId": history["tasks"][0]["editId"]})
    assert history["tasks"][0]["taskId"] == started["taskId"]
    assert edit["hunks"][0]["range"]["start"] == {"line": 1, "character": 0}


async def test_cancel_of_a_chat_reaches_the_model(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start("neovim")
    model.faults.queue.append(Fault(after=3, how="stall"))
    msg_id = rpc.post("tierwise/chat/send", {"prompt": "hello", "taskId": "t-1"})
    await rpc.until(lambda: model.requests)
    assert await rpc.request("tierwise/task/cancel", {"taskId": "t-1"}) is True
    reply = await rpc.response(msg_id)
    assert reply["stopReason"] == "cancelled"
    assert reply["usage"]["costUsd"] > 0, "what was sent is never booked as nothing"
    deadline = time.monotonic() + WAIT
    while not model.cancelled and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert model.cancelled == 1, "the connection to the model was closed"


async def test_an_unknown_method_and_command_are_errors(rpc: Rpc) -> None:
    await rpc.initialize()
    with pytest.raises(RpcError) as unknown:
        await rpc.request("tierwise/nothing", {})
    assert unknown.value.code == -32601
    with pytest.raises(RpcError):
        await rpc.request("workspace/executeCommand", {"command": "rm -rf"})
    await alive(rpc)


async def test_errors_hold_no_traceback_and_no_path(editor: Editor, rpc: Rpc) -> None:
    await editor.start("vscode")
    with pytest.raises(RpcError) as missing:
        await rpc.request(
            "tierwise/task/start",
            {"action": "edit", "textDocument": {"uri": (editor.root / "gone.py").as_uri()}},
        )
    said = json.dumps(missing.value.error)
    assert missing.value.name == "BadRequest"
    assert str(editor.root) not in said
    assert "Traceback" not in said


async def test_a_client_that_never_answers_stops_nothing(editor: Editor, rpc: Rpc) -> None:
    rpc.silent |= {
        "window/workDoneProgress/create",
        "window/showDocument",
        "workspace/codeLens/refresh",
        "workspace/applyEdit",
    }
    await editor.start("vscode")
    uri = editor.open("sample.py")
    await rpc.request("tierwise/status")
    given = {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
    await rpc.request("tierwise/task/start", given)
    state = ""
    while state != "proposed":
        tasks = (await rpc.request("tierwise/history/query", {}))["tasks"]
        state = tasks[0]["state"] if tasks else ""
    await alive(rpc)


async def test_a_client_that_stops_reading_freezes_nothing(
    serve: Serve, env: dict[str, str]
) -> None:
    rpc = await serve()
    await rpc.initialize()
    await rpc.request("tierwise/status")
    transport = rpc.process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    transport.pause_reading()
    ids = [rpc.post("tierwise/status") for _ in range(3_000)]
    await asyncio.sleep(0)
    transport.resume_reading()
    for msg_id in ids:
        await rpc.response(msg_id)
    await alive(rpc)


async def test_the_end_of_stdin_ends_the_process_with_everything_settled(
    editor: Editor, rpc: Rpc, serve: Serve, model: RehearsalServer
) -> None:
    await editor.start("neovim")
    model.faults.queue.append(Fault(after=3, how="stall"))
    rpc.post("tierwise/chat/send", {"prompt": "hello"})
    await rpc.until(lambda: model.requests)
    assert rpc.process.stdin is not None
    rpc.process.stdin.close()
    await asyncio.wait_for(rpc.process.wait(), WAIT)
    again = await serve()
    await again.initialize()
    task = (await again.request("tierwise/history/query", {}))["tasks"][0]
    assert task["state"] == "cancelled"
    assert task["costUsd"] > 0
    status = await again.request("tierwise/status")
    assert status["reservedUsd"] == 0


async def test_sigterm_ends_the_process(rpc: Rpc) -> None:
    await rpc.initialize()
    rpc.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(rpc.process.wait(), WAIT)


async def test_a_vanished_parent_ends_the_process(rpc: Rpc) -> None:
    child = await asyncio.create_subprocess_exec("sleep", "60")
    await rpc.initialize(processId=child.pid)
    child.kill()
    await child.wait()
    await asyncio.wait_for(rpc.process.wait(), WAIT)
