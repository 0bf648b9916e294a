"""Hunks of an answer that is still being written, for clients that show previews.

These hunks are never applied. They show what the answer becomes. When it is complete, the checked
proposal replaces them under the same id.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import field
from typing import Final

from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.core.views import StreamKind
from tierwise.edits import answer as answers
from tierwise.edits.proposal import FileEdit, Proposal, make
from tierwise.tasks.proposing.confining import confined
from tierwise.tasks.proposing.paths import Paths
from tierwise.tasks.proposing.placement_error import PlacementError
from tierwise.tasks.proposing.placing import new_texts
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

EVERY: Final = 0.2
"""Seconds from a new piece of an answer until the answer is looked at."""
REST: Final = 4.0
"""After a look nothing is looked at for this many times its duration, but at most for a second. So
many answers at once do not slow the editor.
"""
LARGEST: Final = 200_000
"""A longer answer (in characters) is not looked at again until it is complete."""


@dataclass
class Growing:
    """Shows the hunks of answers that are still being written. `show` is called with each new state
    of such a proposal.
    """

    window: Window
    show: Callable[[Task, Proposal], None]
    _jobs: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _seen: dict[str, tuple[FileEdit, ...]] = field(default_factory=dict)

    def heard(self, task: Task, kind: StreamKind) -> None:
        """Look at an answer soon after a piece of it came, or clear what was shown of it."""
        if not KINDS[task.request.action].edits or not self.window.listener.previews:
            return
        if kind == "reset":
            self.over(task)
            if task.edit_id is not None:
                self.show(task, Proposal(task.edit_id, task.id, ()))
        elif kind == "delta" and task.id not in self._jobs and len(task.text) <= LARGEST:
            job = asyncio.get_running_loop().create_task(self._look(task))
            self._jobs[task.id] = job

    def over(self, task: Task) -> None:
        """Stop looking at an answer: it is complete, or there will be none."""
        self._seen.pop(task.id, None)
        job = self._jobs.pop(task.id, None)
        if job is not None:
            job.cancel()

    async def _look(self, task: Task) -> None:
        """Look after a while, so that all pieces that came meanwhile are seen at once."""
        try:
            await asyncio.sleep(EVERY)
            async with self._one_at_a_time:
                began = time.monotonic()
                await self._show(task)
                await asyncio.sleep(min(1.0, REST * (time.monotonic() - began)))
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("task %s: its hunks could not be shown while they grew", task.id)
        finally:
            if self._jobs.get(task.id) is asyncio.current_task():
                del self._jobs[task.id]

    async def _show(self, task: Task) -> None:
        text, edit_id = task.text, task.edit_id or uuid.uuid4().hex[:12]
        grown = await asyncio.to_thread(so_far, task, text, edit_id, self.window)
        if grown is None or task.state != "running" or not task.text.startswith(text):
            return
        if self._seen.get(task.id) != grown.files:
            self._seen[task.id] = grown.files
            self.show(task, grown)


def so_far(task: Task, text: str, edit_id: str, window: Window) -> Proposal | None:
    """The hunks of the part of an answer that is written. None if there are none yet."""
    read = answers.so_far(text, edits=True, known=Paths(task, window).known)
    if read.kind == "text" or not (read.changes or (read.whole and read.whole.text.strip())):
        return None
    try:
        texts = new_texts(task, read, window, growing=True).texts
    except PlacementError:
        return None
    proposal = confined(task, make(edit_id, task.id, texts), window)
    return proposal if proposal.files else None
