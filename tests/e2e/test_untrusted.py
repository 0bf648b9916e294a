"""Trust and a repository's wishes, end to end: nothing without trust, nothing dearer unasked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Serve
from tests.e2e.test_money import OWN, document, start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

WISH = '[floors.paths]\n"**" = "opus"\n'


def children(pid: int) -> list[str]:
    """Processes a process started and that still live."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for child in found if os.path.exists(f"/proc/{child}")]


async def test_without_trust_there_is_no_network_no_process_and_no_repository_file(
    editor: Editor, rpc: Rpc, model: RehearsalServer, config: Path
) -> None:
    marker = editor.root / "ran"
    config.write_text(f'[verify]\npython = ["touch", "{marker}"]\n', encoding="utf-8")
    (editor.root / ".tierwise.toml").write_text(WISH + 'max_tier = "haiku"\nodd = 1\n')
    await editor.start(OWN, initializationOptions={"trusted": False})
    uri = editor.open("sample.py")
    for action in ("edit", "explain", "test", "commit"):
        params = {"action": action, "textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
        started = await rpc.request("tierwise/task/start", params)
        view: Any = await state(rpc, started["taskId"], "failed")
        assert view["error"]["name"] == "Untrusted"
    with pytest.raises(RpcError) as refused:
        await rpc.request("tierwise/chat/send", {"prompt": "hello"})
    assert refused.value.name == "Untrusted"
    await editor.actions(uri, editor.span(uri, 3, 5))
    assert (await rpc.request("tierwise/status"))["kind"] == "ready", "nothing is left running"
    assert model.connections == 0, "nobody was called on, not even for a list of models"
    assert not children(rpc.process.pid)
    assert not marker.exists()
    said = " ".join(m["message"] for m in rpc.of("window/showMessage")) + str(editor.questions)
    assert ".tierwise.toml" not in said, "a file that is not read is not spoken of"


async def test_what_runs_ends_when_trust_is_withdrawn(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    model.faults.default = Fault(after=2, how="stall")
    task_id = await document(editor, uri)
    await rpc.until(lambda: model.requests)
    rpc.notify("tierwise/trust/didChange", {"trusted": False})
    await state(rpc, task_id, "cancelled")
    view: Any = await state(rpc, await document(editor, uri), "failed")
    assert view["error"]["name"] == "Untrusted"
    assert len(model.requests) == 1


async def test_a_repositorys_wish_is_asked_about_once_and_holds_after_a_yes(
    serve: Serve, workspace: Path, model: RehearsalServer
) -> None:
    (workspace / ".tierwise.toml").write_text(WISH, encoding="utf-8")
    windows: list[Editor] = []

    async def opened(choice: str | None) -> tuple[Editor, str]:
        editor = Editor(await serve(), workspace)
        windows.append(editor)
        editor.choice = choice
        return editor, await start(editor)

    async def floored(editor: Editor, uri: str) -> bool:
        params = {"action": "document", "textDocument": {"uri": uri}}
        params["range"] = editor.span(uri, 3, 5)
        found = await editor.rpc.request("tierwise/route/explain", params)
        return bool(found["routed"] == "opus" and found["cause"] == "floor")

    editor, uri = await opened(None)
    await editor.rpc.until(lambda: editor.questions)
    assert "** at least opus" in editor.questions[0], "the wish is shown whole"
    assert not await floored(editor, uri)
    editor, uri = await opened("Use it here")
    await editor.rpc.until(lambda: editor.questions)
    for _ in range(100):
        if await floored(editor, uri):
            break
    assert await floored(editor, uri)
    editor, uri = await opened(None)
    assert await floored(editor, uri), "it holds in the next window too"
    assert not editor.questions
    for window in windows:
        await window.rpc.stop()
    (workspace / ".tierwise.toml").write_text('[floors.actions]\nexplain = "opus"\n')
    editor, uri = await opened("Do not use it")
    await editor.rpc.until(lambda: editor.questions)
    await editor.rpc.request("tierwise/status")
    editor, uri = await opened(None)
    assert not await floored(editor, uri)
    assert not editor.questions, "a no is remembered too"
