"""Waiting and applied edits while people go on: by hand, by undo, over restarts, in their time."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_hunks import resolve
from tests.e2e.test_money import OWN, state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

SHARED = Path(__file__).parents[3] / "shared" / "cases" / "steps.json"
KIND = ("hunks follow the text", "people who take their time")

LIKE = "".join(f"[{name}]\nurl = 1\nkey = 1\n" for name in ("dev", "test", "prod"))
EDIT = "```\nkey = 2\n```\n"


async def proposed(
    editor: Editor,
    model: RehearsalServer,
    uri: str,
    answer: str,
    lines: tuple[int, int],
    **more: Any,
) -> tuple[str, str]:
    """A waiting edit; (edit id, task id)."""
    model.faults.queue.append(Fault(text=answer))
    params = {
        "action": "edit",
        "textDocument": {"uri": uri},
        "range": editor.span(uri, *lines),
        "instruction": "change it",
        **more,
    }
    started = await editor.rpc.request("tierwise/task/start", params)
    view = await state(editor.rpc, started["taskId"], "proposed")
    return str(view["editId"]), str(started["taskId"])


async def begin(editor: Editor, files: dict[str, str], *names: str) -> list[str]:
    for name, text in files.items():
        path = editor.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    await editor.start({**PROFILES["vscode"], **OWN})
    await editor.rpc.request("tierwise/status")
    return [editor.open(name, files[name], "toml") for name in names or files]


async def undo(editor: Editor, edit_id: str) -> dict[str, Any]:
    command = {"command": "tierwise.edit.undo", "arguments": [{"editId": edit_id}]}
    reply: dict[str, Any] = await editor.run(command)
    return reply


async def hunk_states(rpc: Rpc, edit_id: str) -> list[str]:
    got = await rpc.request("tierwise/edit/get", {"editId": edit_id})
    return [hunk["state"] for hunk in got["hunks"]]


def cases() -> list[Any]:
    if not SHARED.exists():
        return []
    found = json.loads(SHARED.read_text(encoding="utf-8"))
    return [pytest.param(c, id=c["name"]) for c in found if c["kind"] in KIND]


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.exists() and not os.environ.get("CI"), reason="the shared cases are not here"
)
@pytest.mark.parametrize("way", ["one full text", "ranged edits"])
@pytest.mark.parametrize("case", cases())
async def test_the_cases_of_steps(
    case: dict[str, Any], way: str, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    opened = [step["open"] for step in case["steps"] if "open" in step]
    await begin(editor, case["files"], *opened)
    edit_id = task_id = ""
    for step in case["steps"]:
        if "task" in step:
            task, span = step["task"], step["task"]["selection"]
            uri = (editor.root / task["path"]).as_uri()
            lines = (span["start"]["line"], span["end"]["line"])
            edit_id, task_id = await proposed(editor, model, uri, task["answer"], lines)
        for name, text in step.get("text", {}).items():
            uri = (editor.root / name).as_uri()
            if way == "one full text":
                editor.replace_whole(uri, text)
            else:
                editor.edit_lines(uri, text)
        if "apply" in step:
            late = step.get("applyEditAnswersAfter")
            if late:
                editor.hold_answers()
            asked = asyncio.ensure_future(resolve(rpc, edit_id, "apply"))
            if late:
                await rpc.until(lambda: editor.applied)
                await asyncio.sleep(16)  # longer than what needs no human may take
                editor.release_answers()
            await _expect(asked, step["apply"])
        if "undo" in step:
            await _expect(undo(editor, edit_id), step["undo"])
    for name, text in case["want"].items():
        if name == "outcome":
            history = await rpc.request("tierwise/history/query", {})
            found = next(t for t in history["tasks"] if t["taskId"] == task_id)
            assert text in [o["kind"] for o in found["outcomes"]]
        else:
            assert editor.texts[(editor.root / name).as_uri()] == text


async def _expect(doing: Awaitable[dict[str, Any]], what: str) -> None:
    if what == "done":
        assert (await doing)["applied"] is True
        return
    with pytest.raises(RpcError) as refused:
        await doing
    assert refused.value.name == "DocumentChanged"


@pytest.mark.parametrize("way", ["one full text", "ranged edits"])
async def test_the_editors_own_undo_and_redo_turn_a_hunk_over(
    way: str, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    (uri,) = await begin(editor, {"a.toml": LIKE})
    edit_id, task_id = await proposed(editor, model, uri, EDIT, (5, 6))
    change = editor.replace_whole if way == "one full text" else editor.edit_lines
    for _ in range(2):
        assert (await resolve(rpc, edit_id, "apply"))["applied"] is True
        applied = editor.texts[uri]
        change(uri, LIKE)
        await state(rpc, task_id, "proposed")
        assert await hunk_states(rpc, edit_id) == ["pending"]
        change(uri, applied)
        await state(rpc, task_id, "applied")
        assert await hunk_states(rpc, edit_id) == ["applied"]
        assert (await undo(editor, edit_id))["applied"] is True
        assert editor.texts[uri] == LIKE
        change(uri, applied)
        await state(rpc, task_id, "applied")
        change(uri, LIKE)
        await state(rpc, task_id, "proposed")


TWO_FILES = """\
a.toml
<<<<<<< SEARCH
first = 1
=======
first = 2
>>>>>>> REPLACE
b.toml
<<<<<<< SEARCH
second = 1
=======
second = 2
>>>>>>> REPLACE
"""


async def test_undo_over_files_leaves_and_names_what_changed_since(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    a, b = await begin(editor, {"a.toml": "first = 1\n", "b.toml": "second = 1\n"})
    edit_id, task_id = await proposed(
        editor, model, a, TWO_FILES, (0, 1),
        action="refactor", instruction="raise first in a.toml and second in b.toml",
        files=[{"uri": b, "attached": True}],
    )  # fmt: skip
    assert (await resolve(rpc, edit_id, "apply"))["applied"] is True
    editor.edit_lines(b, "second = 3\n")
    reply = await undo(editor, edit_id)
    assert reply["applied"] is True
    assert reply["failureReason"] == "b.toml changed since and was left"
    assert (editor.texts[a], editor.texts[b]) == ("first = 1\n", "second = 3\n")
    await state(rpc, task_id, "partlyApplied")
    editor.edit_lines(b, "second = 2\n")
    assert (await undo(editor, edit_id))["applied"] is True
    assert editor.texts[b] == "second = 1\n"


Serve = Callable[[], Awaitable[Rpc]]


@pytest.mark.parametrize("way", ["killed", "left", "changed meanwhile"])
async def test_a_waiting_edit_outlives_its_server(
    way: str, editor: Editor, rpc: Rpc, serve: Serve, model: RehearsalServer
) -> None:
    (uri,) = await begin(editor, {"a.toml": LIKE})
    edit_id, task_id = await proposed(editor, model, uri, EDIT, (5, 6))
    await (rpc.stop() if way == "left" else rpc.kill())
    text = LIKE if way != "changed meanwhile" else LIKE.replace("[test]\nurl = 1\nkey = 1\n", "")
    again = Editor(await serve(), editor.root)
    await begin(again, {"a.toml": text})
    await state(again.rpc, task_id, "proposed")
    if way == "changed meanwhile":
        got = await again.rpc.request("tierwise/edit/get", {"editId": edit_id})
        assert got["stale"] is True
        with pytest.raises(RpcError):
            await resolve(again.rpc, edit_id, "apply")
        assert again.texts[uri] == text
        return
    assert (await resolve(again.rpc, edit_id, "apply"))["applied"] is True
    want = LIKE.replace("[test]\nurl = 1\nkey = 1\n", "[test]\nurl = 1\nkey = 2\n")
    assert again.texts[uri] == want
    assert (await undo(again, edit_id))["applied"] is True
    assert again.texts[uri] == LIKE


async def test_an_edit_follows_what_is_typed_while_its_answer_is_written(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    (uri,) = await begin(editor, {"a.toml": LIKE})
    model.faults.queue.append(Fault(text=EDIT, first_delay=1.0))
    params = {"action": "edit", "textDocument": {"uri": uri}, "range": editor.span(uri, 5, 6),
              "instruction": "change it"}  # fmt: skip
    started = await rpc.request("tierwise/task/start", params)
    await rpc.until(lambda: model.requests)
    editor.type(uri, 3, "[more]\nurl = 1\nkey = 1\n")
    view = await state(rpc, started["taskId"], "proposed")
    assert (await resolve(rpc, view["editId"], "apply"))["applied"] is True
    like = "[more]\nurl = 1\nkey = 1\n"
    assert editor.texts[uri] == LIKE.replace("[test]\n", like + "[test]\n").replace(
        "key = 1\n[prod]", "key = 2\n[prod]"
    )
