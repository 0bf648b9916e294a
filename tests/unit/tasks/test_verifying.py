"""The operator's `[verify]` command and trust: never without it, ended where it is withdrawn."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.support.window import Window, lines

from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.api import TaskParams
from tierwise.tasks.proposing.verifying import verified


def verify(code: str) -> str:
    return f"[verify]\npython = {json.dumps([sys.executable, '-c', code])}\n"


def runs(pid: int) -> bool:
    """Whether a process still runs; one that has ended and is not yet fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_command_runs_in_a_trusted_workspace_alone(
    tmp_path: Path, model: RehearsalServer
) -> None:
    marker = tmp_path / "ran"
    window = await Window.open(tmp_path, model, verify(f"open({str(marker)!r}, 'w').close()"))
    try:
        uri = window.papers.put("sample.py")
        started = await window.app.start_task(TaskParams("document", uri, lines(0, 2)))
        view = await window.ended(started.task_id)
        assert view.edit_id is not None
        assert marker.exists(), "with trust it runs before the proposal is shown"
        marker.unlink()
        world = window.app.world
        proposal = world.proposals.entry(view.edit_id).proposal
        # Straight to the command: a task is refused long before, and this must not depend on it.
        world.window.trust.set(False)
        assert await verified(proposal, world.window) == ()
        assert not marker.exists()
        world.window.trust.set(True)
        assert await verified(proposal, world.window) == ()
        assert marker.exists()
    finally:
        await window.close()


async def test_a_command_that_runs_is_ended_when_trust_is_withdrawn(
    tmp_path: Path, model: RehearsalServer
) -> None:
    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    window = await Window.open(tmp_path, model, verify(code) + "[timeouts]\nverify = 500\n")
    try:
        uri = window.papers.put("sample.py")
        started = await window.app.start_task(TaskParams("document", uri, lines(0, 2)))
        await window.reached(lambda: note.exists() and note.read_text())
        pid = int(note.read_text())
        assert runs(pid)
        assert os.getpgid(pid) != os.getpgrp(), "in a group of its own, so that all of it ends"
        window.app.set_trusted(False)
        assert (await window.ended(started.task_id)).state == "cancelled"
        await window.reached(lambda: not runs(pid))
    finally:
        await window.close()
