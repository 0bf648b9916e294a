"""What has nothing to work on is refused before it costs anything, in every client."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_money import state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.server import RehearsalServer

pytestmark = pytest.mark.timeout(120)
KINDS = ("vscode", "neovim", "eglot")
OWN = {"experimental": {"tierwise": {"task": True, "chat": True, "preview": True}}}


async def start(editor: Editor, profile: str) -> None:
    more = OWN if profile != "eglot" else {}
    await editor.start({**PROFILES[profile], **more})


async def spent(rpc: Rpc) -> Any:
    status = await rpc.request("tierwise/status")
    return status["spentTodayUsd"] + status["reservedUsd"]


def committed(folder: Path) -> None:
    """Everything of a folder in a first commit."""
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.invalid", "-C", str(folder))
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run((*git, *command), check=True, capture_output=True)


@pytest.mark.parametrize("profile", KINDS)
async def test_a_commit_without_a_change_says_so(
    editor: Editor, rpc: Rpc, model: RehearsalServer, profile: str
) -> None:
    await asyncio.to_thread(committed, editor.root)
    await start(editor, profile)
    editor.open("sample.py")
    for place in ({}, {"textDocument": {"uri": (editor.root / "sample.py").as_uri()}}):
        started = await rpc.request("tierwise/task/start", {"action": "commit", **place})
        if profile == "eglot":
            await rpc.until(lambda: "nothing to commit" in str(rpc.of("window/showMessage")))
            continue
        view: Any = await state(rpc, started["taskId"], "failed")
        assert view["error"]["message"].startswith("There is nothing to commit")
    assert not model.requests
    assert await spent(rpc) == 0


@pytest.mark.parametrize("profile", KINDS)
@pytest.mark.parametrize("action", ["explain", "review"])
async def test_where_there_is_nothing_to_read_nothing_is_asked(
    editor: Editor, rpc: Rpc, model: RehearsalServer, profile: str, action: str
) -> None:
    (editor.root / "empty.py").write_text(" \n\n", encoding="utf-8")
    await start(editor, profile)
    uri = editor.open("empty.py")
    empty = {"textDocument": {"uri": uri}, "range": editor.span(uri, 0, 0)}
    places: list[dict[str, Any]] = [{}, {"textDocument": {"uri": uri}}, empty]
    for place in places:
        with pytest.raises(RpcError) as refused:
            await rpc.request("tierwise/task/start", {"action": action, **place})
        assert refused.value.name == "BadRequest"
        wanted = "empty.py is empty" if place else "Open a file"
        assert str(refused.value).count(wanted) == 1
    assert not model.requests
    assert await spent(rpc) == 0


async def test_words_about_the_project_and_attached_files_are_something(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await start(editor, "vscode")
    sample = [{"uri": (editor.root / "sample.py").as_uri(), "attached": True}]
    ways: list[dict[str, Any]] = [
        {"action": "explain", "instruction": "how do the parts hang together?"},
        {"action": "explain", "files": sample},
        {"action": "review", "files": sample},
    ]
    for way in ways:
        started = await rpc.request("tierwise/task/start", way)
        await state(rpc, started["taskId"], "answered")
    assert len(model.requests) >= len(ways)
