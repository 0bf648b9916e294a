"""Proposals taken apart: hunks one by one, two proposals on one range, and redo."""

from __future__ import annotations

import pytest
from tests.conftest import SAMPLE
from tests.e2e.test_money import OWN, document, start, state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

TWO = """\
sample.py
<<<<<<< SEARCH
def add_numbers(a, b):
=======
def add_numbers(a: int, b: int) -> int:
>>>>>>> REPLACE

sample.py
<<<<<<< SEARCH
def greet(name):
=======
def greet(name: str) -> None:
>>>>>>> REPLACE
"""


async def resolve(rpc: Rpc, edit_id: object, action: str, *hunks: str) -> dict[str, object]:
    params = {"editId": edit_id, "action": action, **({"hunks": list(hunks)} if hunks else {})}
    result: dict[str, object] = await rpc.request("tierwise/edit/resolve", params)
    return result


async def taken_back(editor: Editor, edit_id: object) -> bool:
    """Whether an applied edit was taken back."""
    undo = {"command": "tierwise.edit.undo", "arguments": [{"editId": edit_id}]}
    return bool((await editor.run(undo))["applied"])


async def test_hunks_are_applied_and_discarded_one_by_one(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=TWO)
    uri = await start(editor)
    task_id = await document(editor, uri)
    view = await state(rpc, task_id, "proposed")
    edit = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    assert [h["id"] for h in edit["hunks"]] == ["1.1", "1.2"]
    assert (await resolve(rpc, view["editId"], "apply", "1.2"))["applied"] is True
    assert "def greet(name: str) -> None:" in editor.texts[uri]
    assert "def add_numbers(a, b):" in editor.texts[uri]
    await state(rpc, task_id, "partlyApplied")
    editor.type(uri, 0, "# above\n")
    again = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    assert [h["state"] for h in again["hunks"]] == ["pending", "applied"]
    assert again["hunks"][0]["range"]["start"]["line"] == 4, "ranges are of the current version"
    await resolve(rpc, view["editId"], "apply", "1.1")
    assert "def add_numbers(a: int, b: int) -> int:" in editor.texts[uri]
    await state(rpc, task_id, "applied")
    assert await taken_back(editor, view["editId"])
    assert editor.texts[uri] == "# above\n" + SAMPLE, "what was typed between stays"


async def test_a_hunk_that_is_taken_back_leaves_the_others_open_and_can_be_applied_again(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=TWO)
    uri = await start(editor)
    task_id = await document(editor, uri)
    edit_id = (await state(rpc, task_id, "proposed"))["editId"]
    await resolve(rpc, edit_id, "apply", "1.2")
    await state(rpc, task_id, "partlyApplied")
    assert await taken_back(editor, edit_id)
    assert editor.texts[uri] == SAMPLE
    await state(rpc, task_id, "proposed")
    edit = await rpc.request("tierwise/edit/get", {"editId": edit_id})
    assert [h["state"] for h in edit["hunks"]] == ["pending", "pending"]
    await resolve(rpc, edit_id, "apply")
    await state(rpc, task_id, "applied")
    assert "def greet(name: str) -> None:" in editor.texts[uri]
    assert await taken_back(editor, edit_id)
    assert editor.texts[uri] == SAMPLE
    await state(rpc, task_id, "discarded")


async def test_an_unknown_hunk_and_edit_are_named(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    view = await state(rpc, await document(editor, uri), "proposed")
    with pytest.raises(RpcError, match=r"no hunk '9\.9'"):
        await resolve(rpc, view["editId"], "apply", "9.9")
    with pytest.raises(RpcError) as unknown:
        await resolve(rpc, "nothing", "apply")
    assert unknown.value.name == "UnknownEdit"


async def test_two_proposals_on_one_range_never_destroy_each_other(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    model.faults.queue.append(
        Fault(text="```python\ndef add_numbers(a, b):\n    return b + a\n```")
    )
    first = await state(rpc, await document(editor, uri), "proposed")
    model.faults.queue.append(
        Fault(text="```python\ndef add_numbers(a, b):\n    return a - b\n```")
    )
    second = await state(rpc, await document(editor, uri), "proposed")
    assert (await resolve(rpc, first["editId"], "apply"))["applied"] is True
    text = editor.texts[uri]
    with pytest.raises(RpcError) as refused:
        await resolve(rpc, second["editId"], "apply")
    assert refused.value.name == "DocumentChanged"
    assert editor.texts[uri] == text


async def test_an_edit_that_was_undone_does_not_come_back_with_the_like_of_it(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    """The next answer has a hunk of the one that was taken back, word for word."""
    model.faults.default = Fault(text=TWO)
    uri = await start(editor)
    first = await document(editor, uri)
    first_edit = (await state(rpc, first, "proposed"))["editId"]
    await resolve(rpc, first_edit, "apply")
    await state(rpc, first, "applied")
    assert await taken_back(editor, first_edit)
    await state(rpc, first, "discarded")
    model.faults.default = Fault(text=TWO.split("\n\n")[0] + "\n")
    second = await document(editor, uri)
    second_edit = (await state(rpc, second, "proposed"))["editId"]
    await resolve(rpc, second_edit, "apply")
    await state(rpc, second, "applied")
    assert "def add_numbers(a: int, b: int) -> int:" in editor.texts[uri]
    told = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == first]
    assert told[-1]["state"] == "discarded"


async def test_retry_redoes_on_the_tier_that_was_named(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    task_id = await document(editor, uri)
    view = await state(rpc, task_id, "proposed")
    params = {"editId": view["editId"], "action": "retry", "tier": "up"}
    assert (await rpc.request("tierwise/edit/resolve", params))["taskId"] == task_id
    await rpc.until(lambda: len(model.requests) == 2)
    assert model.requests[-1]["model"] == "claude-sonnet-5-5"
    history = await rpc.request("tierwise/history/query", {})
    assert [o["kind"] for o in history["tasks"][0]["outcomes"]] == ["superseded"]


FILES = """\
sample.py
<<<<<<< SEARCH
import os
=======
import sys
>>>>>>> REPLACE
sample.py
<<<<<<< RENAME
example.py
>>>>>>> RENAME
old.py
<<<<<<< DELETE
>>>>>>> DELETE
new.py
<<<<<<< SEARCH
=======
made = True
>>>>>>> REPLACE
"""


async def test_files_are_made_renamed_and_deleted_and_all_of_it_comes_back(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=FILES)
    gone = editor.root / "old.py"
    gone.write_text("old = 1\n", encoding="utf-8")
    await editor.start({**PROFILES["vscode"], **OWN})
    uri = editor.open("sample.py")
    attached = [{"uri": gone.as_uri(), "attached": True}]
    params = {
        "action": "refactor",
        "textDocument": {"uri": uri},
        "range": editor.span(uri, 0, 4),
        "instruction": "split it into new files",
        "files": attached,
    }
    started = await rpc.request("tierwise/task/start", params)
    view = await state(rpc, started["taskId"], "proposed")
    edit = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    kinds = [h["kind"] for h in edit["hunks"]]
    assert kinds == ["text", "rename", "delete", "create"]
    assert edit["hunks"][1]["toUri"].endswith("/example.py")
    assert "rename from sample.py\nrename to example.py" in edit["diff"]
    editor.choice = "Apply"
    assert (await resolve(rpc, view["editId"], "apply"))["applied"] is True
    assert "old.py will be deleted" in " ".join(editor.questions)
    moved = (editor.root / "example.py").as_uri()
    assert editor.texts[moved].startswith("import sys")
    assert not gone.exists()
    assert editor.texts[(editor.root / "new.py").as_uri()] == "made = True\n"
    assert await taken_back(editor, view["editId"])
    assert editor.texts[uri] == SAMPLE
    assert moved not in editor.texts
    assert editor.texts[gone.as_uri()] == "old = 1\n"
    assert (editor.root / "new.py").as_uri() not in editor.texts


UNOPENED = """\
other.py
<<<<<<< SEARCH
second = 2
=======
second = 3
third = 4
>>>>>>> REPLACE
"""


async def test_a_file_that_is_not_open_is_edited_through_the_editor_with_its_line_ends(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=UNOPENED)
    other = editor.root / "other.py"
    raw = "\ufefffirst = '😀'\r\nsecond = 2\r\n".encode()
    other.write_bytes(raw)
    await editor.start({**PROFILES["vscode"], **OWN})
    uri = editor.open("sample.py")
    task_id = await document(
        editor, uri, action="edit", instruction="raise second in other.py",
        files=[{"uri": other.as_uri(), "attached": True}],
    )  # fmt: skip
    view = await state(rpc, task_id, "proposed")
    edit = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    assert edit["versions"] == {other.as_uri(): None}
    assert other.read_bytes() == raw, "nothing is written before apply"
    assert (await resolve(rpc, view["editId"], "apply"))["applied"] is True
    assert editor.texts[other.as_uri()] == "first = '😀'\r\nsecond = 3\r\nthird = 4\r\n"
