"""The index follows the project without a request: focus, git, told files, folders, trust."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.editor import Editor
from tests.support.index_kills import children
from tests.support.rpc import Rpc

CAPABLE = {
    "workspace": {
        "workspaceFolders": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "experimental": {"tierwise": {"chat": True}},
}


def names(editor: Editor) -> set[str]:
    """The names that any index of the state folder defines."""
    found: set[str] = set()
    for database in (editor.root.parent / "state" / "index").glob("*.db"):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            rows = connection.execute(
                "SELECT n.name FROM names n JOIN defs d ON d.name = n.id"
                " JOIN files f ON f.id = d.file WHERE f.state = 1"
            )
            found.update(name for (name,) in rows)
    return found


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.02)


async def begin(editor: Editor, rpc: Rpc, **params: Any) -> None:
    (editor.root / "a.py").write_text("def first_name():\n    return 1\n", encoding="utf-8")
    await editor.start(CAPABLE, **params)
    await rpc.request("tierwise/chat/project", {"prompt": "@project what is first_name"})
    await until(lambda: "first_name" in names(editor))


def focus(editor: Editor, rpc: Rpc, path: Path) -> None:
    rpc.notify("tierwise/window/didFocus")


def focus_of_lua(editor: Editor, rpc: Rpc, path: Path) -> None:
    rpc.notify("tierwise/window/didFocus", {})


def told(editor: Editor, rpc: Rpc, path: Path) -> None:
    changes = [{"uri": path.as_uri(), "type": 1}]
    rpc.notify("workspace/didChangeWatchedFiles", {"changes": changes})


def told_of_many(editor: Editor, rpc: Rpc, path: Path) -> None:
    changes = [{"uri": (editor.root / f"x{n}.py").as_uri(), "type": 3} for n in range(5_000)]
    rpc.notify("workspace/didChangeWatchedFiles", {"changes": changes})


def checked_out(editor: Editor, rpc: Rpc, path: Path) -> None:
    (editor.root / ".git" / "HEAD").write_text("ref: refs/heads/other\n", encoding="utf-8")


def staged(editor: Editor, rpc: Rpc, path: Path) -> None:
    (editor.root / ".git" / "index").write_bytes(b"DIRC of another commit")


@pytest.mark.parametrize("tells", [focus, focus_of_lua, told, told_of_many, checked_out, staged])
async def test_a_file_that_another_program_wrote_is_read_without_a_request(
    editor: Editor, rpc: Rpc, tells: Callable[[Editor, Rpc, Path], None]
) -> None:
    (editor.root / ".git").mkdir()
    (editor.root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    await begin(editor, rpc)
    path = editor.root / "b.py"
    path.write_text("def second_name():\n    return 2\n", encoding="utf-8")
    tells(editor, rpc, path)
    await until(lambda: "second_name" in names(editor))


async def test_files_are_watched_with_one_pattern_from_the_first_task_on(
    editor: Editor, rpc: Rpc
) -> None:
    await editor.start(CAPABLE)
    assert not rpc.of("client/registerCapability")
    await rpc.request("tierwise/chat/project", {"prompt": "@project what is here"})
    await rpc.until(lambda: rpc.of("client/registerCapability"))
    (asked,) = rpc.of("client/registerCapability")
    (registration,) = asked["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    (watcher,) = registration["registerOptions"]["watchers"]
    assert watcher["globPattern"].startswith("**/*.{py,")


async def test_a_folder_that_is_removed_has_no_process_and_one_that_is_added_is_indexed(
    editor: Editor, rpc: Rpc
) -> None:
    await begin(editor, rpc)
    server = rpc.process.pid
    assert len(children(server)) == 1
    other = editor.root.parent / "other folder"
    other.mkdir()
    (other / "c.py").write_text("def third_name():\n    return 3\n", encoding="utf-8")

    def folder(path: Path) -> dict[str, str]:
        return {"uri": path.as_uri(), "name": path.name}

    event = {"added": [folder(other)], "removed": [folder(editor.root)]}
    rpc.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await until(lambda: children(server) == [])
    await rpc.request("tierwise/chat/project", {"prompt": "@project what is third_name"})
    await until(lambda: "third_name" in names(editor))
    assert len(children(server)) == 1


async def test_withdrawn_trust_ends_the_process_and_no_request_starts_one(
    editor: Editor, rpc: Rpc
) -> None:
    await begin(editor, rpc)
    server = rpc.process.pid
    assert len(children(server)) == 1
    rpc.notify("tierwise/trust/didChange", {"trusted": False})
    await until(lambda: children(server) == [])
    asked = {"prompt": "@project what is first_name"}
    assert (await rpc.request("tierwise/chat/project", asked))["files"] == []
    rpc.notify("tierwise/window/didFocus")
    await rpc.request("tierwise/status")
    assert children(server) == []


async def test_without_trust_there_is_neither_process_nor_file(editor: Editor, rpc: Rpc) -> None:
    (editor.root / "a.py").write_text("def first_name():\n    return 1\n", encoding="utf-8")
    await editor.start(CAPABLE, initializationOptions={"trusted": False})
    asked = {"prompt": "@project what is first_name"}
    assert (await rpc.request("tierwise/chat/project", asked))["files"] == []
    rpc.notify("tierwise/window/didFocus")
    await rpc.request("tierwise/status")
    assert children(rpc.process.pid) == []
    assert names(editor) == set()
