"""Hunks appear while the answer is written; nothing of them touches the buffer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import SAMPLE
from tests.e2e.test_money import OWN, state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

FLAGS = {"experimental": {"tierwise": {"task": True, "preview": True}}}
LONG = "\n".join(f"    b = b + {n}" for n in range(12))
TWO = f"""\
sample.py
<<<<<<< SEARCH
def greet(name):
=======
def greet(name: str) -> None:
>>>>>>> REPLACE

sample.py
<<<<<<< SEARCH
    return a + b
=======
{LONG}
    return a + b
>>>>>>> REPLACE
"""


async def begin(editor: Editor, flags: dict[str, Any]) -> tuple[str, str]:
    await editor.start({**PROFILES["vscode"], **flags})
    uri = editor.open("sample.py")
    params = {
        "action": "edit",
        "textDocument": {"uri": uri},
        "range": editor.span(uri, 3, 9),
        "instruction": "add type hints to greet and count up in add_numbers",
        "tier": "haiku",
    }
    started = await editor.rpc.request("tierwise/task/start", params)
    return uri, started["taskId"]


async def test_hunks_grow_and_end_in_a_proposal_of_the_same_id(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=TWO, delay=0.3)
    uri, task_id = await begin(editor, FLAGS)

    def growing() -> Any:
        mine = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
        return next((p for p in mine if p["state"] == "running" and "editId" in p), None)

    edit_id = (await rpc.until(growing))["editId"]
    edit = await rpc.request("tierwise/edit/get", {"editId": edit_id})
    assert [h["newText"] for h in edit["hunks"]] == ["def greet(name: str) -> None:\n"]
    assert edit["note"] == "still being written"
    with pytest.raises(RpcError, match="still being written"):
        await rpc.request("tierwise/edit/resolve", {"editId": edit_id, "action": "apply"})
    assert editor.texts[uri] == SAMPLE
    view = await state(rpc, task_id, "proposed")
    assert view["editId"] == edit_id
    whole = await rpc.request("tierwise/edit/get", {"editId": edit_id})
    assert len(whole["hunks"]) == 2
    assert whole["note"] == ""
    assert editor.texts[uri] == SAMPLE


async def test_a_cancelled_answer_leaves_nothing_of_its_hunks(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=TWO, delay=0.3)
    _, task_id = await begin(editor, FLAGS)

    def growing() -> Any:
        return next((p for p in rpc.of("tierwise/task/didChange") if "editId" in p), None)

    edit_id = (await rpc.until(growing))["editId"]
    assert await rpc.request("tierwise/task/cancel", {"taskId": task_id}) is True
    view = await state(rpc, task_id, "cancelled")
    assert "editId" not in view
    with pytest.raises(RpcError) as unknown:
        await rpc.request("tierwise/edit/get", {"editId": edit_id})
    assert unknown.value.name == "UnknownEdit"


async def test_a_client_without_previews_hears_of_no_hunks(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=TWO, delay=0.01)
    _, task_id = await begin(editor, OWN)
    await state(rpc, task_id, "proposed")
    told = rpc.of("tierwise/task/didChange")
    assert not [p for p in told if p["state"] == "running" and "editId" in p]
