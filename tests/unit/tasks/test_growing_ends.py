"""Hunks grow while an answer is written, and no longer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.support.window import Window, lines

from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.api import TaskParams
from tierwise.tasks.proposing import growing

SLOW = f"[verify]\npython = {json.dumps([sys.executable, '-c', 'import time; time.sleep(1)'])}\n"


async def test_an_answer_that_is_whole_is_not_looked_at_while_it_is_checked(
    tmp_path: Path, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    look = growing.so_far

    def heard(*given: object) -> object:
        looks.append(str(given[1]))
        return look(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(growing, "so_far", heard)
    window = await Window.open(tmp_path, model, SLOW)
    window.screen.previews = True
    try:
        uri = window.papers.put("sample.py")
        started = await window.app.start_task(TaskParams("document", uri, lines(0, 2)))
        view = await window.ended(started.task_id)
        assert view.state == "proposed"
        assert looks == []
    finally:
        await window.close()
