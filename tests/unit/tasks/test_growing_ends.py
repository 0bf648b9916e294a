"""Hunks grow while an answer is written, and no longer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.support.window import Window, lines

from tierwise.edits.proposal import Proposal
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.api import TaskParams
from tierwise.tasks.proposing import drafts, growing
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window as Surroundings

SLOW = f"[verify]\npython = {json.dumps([sys.executable, '-c', 'import time; time.sleep(1)'])}\n"


async def test_an_answer_that_is_whole_is_not_looked_at_while_it_is_checked(
    tmp_path: Path, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    at_the_check: list[int] = []
    look, check = growing.so_far, drafts.draft

    def looked(task: Task, text: str, edit_id: str, window: Surroundings) -> Proposal | None:
        looks.append(text)
        return look(task, text, edit_id, window)

    async def checked(task: Task, answer: Answer, window: Surroundings) -> drafts.Draft:
        at_the_check.append(len(looks))
        return await check(task, answer, window)

    monkeypatch.setattr(growing, "so_far", looked)
    monkeypatch.setattr(drafts, "draft", checked)
    window = await Window.open(tmp_path, model, SLOW)
    window.screen.previews = True
    try:
        uri = window.papers.put("sample.py")
        started = await window.app.start_task(TaskParams("document", uri, lines(0, 2)))
        view = await window.ended(started.task_id)
        assert view.state == "proposed"
        assert [len(looks)] == at_the_check
    finally:
        await window.close()
