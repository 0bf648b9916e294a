"""What becomes of an applied edit is seen from document sync alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.conftest import SAMPLE
from tests.e2e.test_thread import pending, start_document
from tests.support.editor import Editor
from tests.support.rpc import Rpc
from tests.unit.learning.test_fold import live_memory

from tierwise.learning import record
from tierwise.learning.record import Record
from tierwise.lsp.messages.route import Explained
from tierwise.routing.weights import load
from tierwise.store.learned import LearnedFile

pytestmark = pytest.mark.timeout(60)


async def outcomes(rpc: Rpc, task_id: str, until: str) -> list[dict[str, Any]]:
    """The outcomes of a task, once one of the kind is there."""
    for _ in range(400):
        history = await rpc.request("tierwise/history/query", {})
        task = next(t for t in history["tasks"] if t["taskId"] == task_id)
        if any(o["kind"] == until for o in task["outcomes"]):
            return list(task["outcomes"])
        await asyncio.sleep(0.1)
    raise AssertionError(f"no outcome '{until}'")


async def test_an_undo_in_the_editor_is_an_outcome(editor: Editor, rpc: Rpc) -> None:
    await editor.start("eglot")
    await rpc.request("tierwise/status")
    uri, task_id = await start_document(editor)
    await editor.run(await pending(editor, uri, "Apply"))
    assert (await outcomes(rpc, task_id, "survived"))[0]["kind"] == "applied"

    editor.type(uri, 0, "# typed meanwhile\n")
    editor.replace(uri, "# typed meanwhile\n" + SAMPLE)
    kinds = [o["kind"] for o in await outcomes(rpc, task_id, "undone")]
    assert kinds == ["applied", "survived", "undone"]
    assert await rpc.stop() == 0


async def test_a_live_learned_state_decides_and_is_named(
    editor: Editor, rpc: Rpc, env: dict[str, str]
) -> None:
    made = Record(live_memory(), load().hash)
    LearnedFile(Path(env["TIERWISE_STATE_DIR"])).update(lambda _: record.to_json(made))
    await editor.start("vscode")
    await rpc.request("tierwise/status")
    uri = editor.open("sample.py")
    where = {"textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
    asked = {"action": "document", **where}
    decision = await rpc.request("tierwise/route/explain", asked)
    assert decision["reasons"][0].startswith("learned from 400 outcomes")

    LearnedFile(Path(env["TIERWISE_STATE_DIR"])).update(lambda data: {**(data or {}), "on": False})
    decision = await rpc.request("tierwise/route/explain", asked)
    assert not any("learned" in reason for reason in decision["reasons"]), "another window said off"
    assert await rpc.stop() == 0


async def test_explaining_a_task_says_what_would_flip_it(editor: Editor, rpc: Rpc) -> None:
    await editor.start("eglot")
    await rpc.request("tierwise/status")
    uri, task_id = await start_document(editor)
    told = await rpc.request("tierwise/route/explain", {"taskId": task_id})
    flips = TypeAdapter(Explained).validate_python(told)
    assert flips["id"] == task_id
    assert told["routed"] != "haiku" or "cheaper" not in told, "nothing is below the lowest"
    assert " (now " in (flips.get("cheaper") or flips.get("dearer") or "")

    asked = {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
    told = await rpc.request("tierwise/route/explain", asked)
    assert "cheaper" not in told
    assert "dearer" not in told
    assert await rpc.stop() == 0
