"""What went to a model can be seen word for word, and what did not, with the reason."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_money import document, state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.server import RehearsalServer

FLAGS = {"experimental": {"tierwise": {"task": True}}}


async def test_what_was_sent_is_shown_and_what_was_left_out(
    editor: Editor, rpc: Rpc, model: RehearsalServer, env: dict[str, str]
) -> None:
    (editor.root / "other.py").write_text("def unrelated():\n    pass\n", encoding="utf-8")
    (editor.root / ".tierwiseignore").write_text("hidden.py\n", encoding="utf-8")
    (editor.root / "hidden.py").write_text("def add_numbers_too():\n    pass\n", encoding="utf-8")
    await editor.start({**PROFILES["vscode"], **FLAGS})
    uri = editor.open("sample.py")
    editor.open("other.py")
    editor.open("hidden.py")
    task_id = await document(editor, uri)
    await state(rpc, task_id, "proposed")
    told = await rpc.request("tierwise/task/sent", {"taskId": task_id})
    (attempt,) = told["attempts"]
    body: Any = model.requests[-1]
    wire = body["messages"][-1]["content"]
    words = wire if isinstance(wire, str) else "".join(part["text"] for part in wire)
    assert attempt["turns"][-1]["text"] == words, "word for word what the server got"
    assert attempt["items"][0]["kind"] == "selection"
    assert {(x["path"], x["why"]) for x in attempt["leftOut"]} == {
        ("other.py", "open, but not named by the selection"),
        ("hidden.py", "ignored by .tierwiseignore"),
    }
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    show = next(a for a in actions if a["title"] == "Tierwise: Show what was sent")
    assert await editor.run(show["command"]) is True
    page = Path(editor.shown[-1].removeprefix("file://")).read_text(encoding="utf-8")
    assert "- hidden.py: ignored by .tierwiseignore" in page
    assert words in page
    run = [sys.executable, "-m", "tierwise", "why", task_id, "--sent"]
    process = await asyncio.create_subprocess_exec(
        *run, env={**os.environ, **env}, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert words in printed.decode()
    with pytest.raises(RpcError) as unknown:
        await rpc.request("tierwise/task/sent", {"taskId": "nothing"})
    assert unknown.value.name == "UnknownTask"


async def test_nothing_is_kept_on_disk_where_the_operator_wants_none(
    editor: Editor, rpc: Rpc, config: Path, env: dict[str, str]
) -> None:
    config.write_text("content_keep_days = 0\n", encoding="utf-8")
    await editor.start({**PROFILES["vscode"], **FLAGS})
    uri = editor.open("sample.py")
    task_id = await document(editor, uri)
    await state(rpc, task_id, "proposed")
    told = await rpc.request("tierwise/task/sent", {"taskId": task_id})
    assert len(told["attempts"]) == 1
    assert not list(Path(env["TIERWISE_STATE_DIR"]).rglob("sent.json"))
