"""What a person asks for while the server still starts is answered when it can be, never empty."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Serve
from tests.e2e.test_edit_engine import EDIT, LIKE, begin, proposed
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.server import RehearsalServer


@pytest.mark.parametrize("profile", list(PROFILES))
@pytest.mark.parametrize("trigger", [{"triggerKind": 1}, {}], ids=["invoked", "not-said"])
async def test_code_actions_asked_for_at_once_are_listed(
    editor: Editor, profile: str, trigger: dict[str, Any]
) -> None:
    """The request is on its way before the server could have built anything."""
    await editor.start(profile)
    uri = editor.open("sample.py")
    context = {"diagnostics": [], **trigger}
    params = {"textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5), "context": context}
    found = await editor.rpc.request("textDocument/codeAction", params)
    assert any("Add docs" in action["title"] for action in found)
    assert found == await editor.rpc.request("textDocument/codeAction", params)


async def test_lenses_and_hover_of_a_waiting_edit_are_there_from_the_first_request(
    editor: Editor, rpc: Rpc, serve: Serve, model: RehearsalServer, tmp_path: Path
) -> None:
    (uri,) = await begin(editor, {"a.toml": LIKE})
    _, task_id = await proposed(editor, model, uri, EDIT, (5, 6))
    kept = tmp_path / "state" / "content" / task_id / "proposal.json"
    while not kept.exists():
        await asyncio.sleep(0.02)
    await rpc.stop()
    again = Editor(await serve(), editor.root)
    await again.start("eglot")
    assert again.open("a.toml", LIKE, "toml") == uri
    where = {"textDocument": {"uri": uri}}
    at = {"position": {"line": 5, "character": 0}}
    lenses, hover = await asyncio.gather(
        again.rpc.request("textDocument/codeLens", where),
        again.rpc.request("textDocument/hover", {**where, **at}),
    )
    assert "Apply" in [lens["command"]["title"] for lens in lenses]
    assert "key = 2" in hover["contents"]["value"]


async def test_a_client_that_leaves_while_the_server_starts_is_let_go_at_once(
    serve: Serve, tmp_path: Path
) -> None:
    """Wherever the start is when the client leaves, it is a proper end."""
    for wait in (0.0, 0.05, 0.2, 0.5):
        editor = Editor(await serve(), tmp_path)
        await editor.start("vscode")
        await asyncio.sleep(wait)
        assert await editor.rpc.stop() == 0
