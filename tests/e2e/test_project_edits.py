"""Edits over files that are not open, end to end: one question, per hunk, undone as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_money import document, start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

NAMES = ("one.py", "two.py", "inner/three.py")


def block(path: str, old: str, new: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE"


async def proposed(editor: Editor, rpc: Rpc, model: RehearsalServer) -> str:
    """The id of a proposal that changes three files which are not open."""
    for name in NAMES:
        path = editor.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("first = 1\nlast = 1\n", encoding="utf-8")
    both = [block(n, "first = 1\n", "first = 2\n") for n in NAMES]
    both += [block("two.py", "last = 1\n", "last = 2\n")]
    uri = await start(editor)
    model.faults.default = Fault(text="\n\n".join(both))
    view: Any = await state(rpc, await document(editor, uri), "proposed")
    return str(view["editId"])


async def resolve(rpc: Rpc, edit_id: str, hunks: list[str] | None = None) -> Any:
    given = {"editId": edit_id, "action": "apply", **({"hunks": hunks} if hunks else {})}
    return await rpc.request("tierwise/edit/resolve", given)


def text(editor: Editor, name: str) -> str:
    path = editor.root / name
    return editor.texts.get(path.as_uri(), path.read_text(encoding="utf-8"))


async def test_one_question_lists_every_file_that_was_not_part_of_the_request(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    edit_id = await proposed(editor, rpc, model)
    editor.choice = "Cancel"
    assert (await resolve(rpc, edit_id))["applied"] is False
    assert not editor.applied
    editor.choice = "Apply"
    assert (await resolve(rpc, edit_id))["applied"] is True
    asked = [q for q in editor.questions if "not part of the request" in q]
    assert len(asked) == 2, "one question for each try, however many files there are"
    assert all(name in question for question in asked for name in NAMES)
    assert [text(editor, n) for n in NAMES] == [
        "first = 2\nlast = 1\n", "first = 2\nlast = 2\n", "first = 2\nlast = 1\n",
    ]  # fmt: skip


async def test_hunks_of_files_that_are_not_open_are_applied_one_by_one_and_undone_together(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    edit_id = await proposed(editor, rpc, model)
    got = await rpc.request("tierwise/edit/get", {"editId": edit_id})
    of_two = [h["id"] for h in got["hunks"] if h["uri"].endswith("two.py")]
    editor.choice = "Apply"
    assert (await resolve(rpc, edit_id, of_two[:1]))["applied"] is True
    (asked,) = [q for q in editor.questions if "not part of the request" in q]
    assert "two.py" in asked
    assert "one.py" not in asked
    assert text(editor, "one.py") == "first = 1\nlast = 1\n"
    assert (await resolve(rpc, edit_id))["applied"] is True
    undo = {"command": "tierwise.edit.undo", "arguments": [{"editId": edit_id}]}
    await editor.run(undo)
    await rpc.until(lambda: all(text(editor, n) == "first = 1\nlast = 1\n" for n in NAMES))


@pytest.mark.parametrize("fresh", ["first = 7\nlast = 1\n", "last = 1\n", None])
async def test_a_file_that_changed_on_disk_meanwhile_is_refused_and_the_others_go_on(
    editor: Editor, rpc: Rpc, model: RehearsalServer, fresh: str | None
) -> None:
    edit_id = await proposed(editor, rpc, model)
    changed = Path(editor.root / "one.py")
    changed.write_text(fresh, encoding="utf-8") if fresh is not None else changed.unlink()
    editor.choice = "Apply"
    reply = await resolve(rpc, edit_id)
    assert reply["applied"] is True
    assert "left" in reply["failureReason"]
    asked = [q for q in editor.questions if "not part of the request" in q]
    assert not any("one.py" in question for question in asked)
    assert (changed.read_text() if changed.exists() else None) == fresh
    assert changed.as_uri() not in editor.texts
    assert text(editor, "inner/three.py") == "first = 2\nlast = 1\n"
    with pytest.raises(RpcError, match="changed"):
        await resolve(rpc, edit_id)
