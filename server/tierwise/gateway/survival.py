"""Measures how much of an agent's edits survives: the gateway checks the files for fifteen minutes.

Of an edit only hashes of its lines are kept. Only files of the task's own project are read, because
a body may name any path. Checks that are still to come survive a restart of the gateway
(`kept_edits.py`).
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.gateway import outcomes
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.kept_edits import NOBODY, FollowedEdits, KeptEdits, written
from tierwise.gateway.office import Office
from tierwise.gateway.passed_edits import PassedEdit, edit_of, survival
from tierwise.gateway.strands import RunningTask
from tierwise.learning.survival import CHECKS_MS
from tierwise.store import owner

log = logging.getLogger(__name__)

MOST_EDITS: Final = 100
"""The most edits of one task that are followed."""
MOST_TASKS: Final = 500
"""The most tasks whose edits are followed at the same time."""
MOST_SEEN: Final = 5_000
"""The most tasks for which we remember how many of their tool calls were searched for edits."""


@dataclass
class EditsWatch:
    """Follows the edits of tasks whose project is a folder, and records as outcomes how many of
    their lines survive.
    """

    office: Office
    kept: KeptEdits
    _followed: dict[str, FollowedEdits] = field(default_factory=dict)
    _seen: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _timers: dict[str, set[asyncio.TimerHandle]] = field(default_factory=dict)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)
    _unsaved: set[str] = field(default_factory=set)
    _saving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Continue the checks of gateways that have ended. Checks that were missed are logged."""
        for one in (await asyncio.to_thread(self.kept.taken))[:MOST_TASKS]:
            if one.task_id in self._followed:
                continue
            gone = self.office.window.now_ms() - one.at_ms
            lost = [after for after in CHECKS_MS if one.looked_ms < after <= gone]
            if lost:
                told = (len(lost), one.task_id)
                log.warning("%d looks at the edits of task %s are lost: no gateway ran", *told)
            if gone < CHECKS_MS[-1]:
                self._followed[one.task_id] = one
                self._seen[one.task_id] = one.seen
                self._time(one, max(0, gone))
                self._save(one.task_id)

    def passed(self, task: RunningTask, done: Sequence[ToolCall]) -> None:
        """Check from now on the edits of a task's tool calls. Calls seen before are skipped."""
        if not os.path.isabs(task.project):
            return
        known = self._seen.get(task.task_id, 0)
        fresh = [edit for call in done[known:] if (edit := edit_of(call)) is not None]
        self._seen[task.task_id] = len(done)
        self._seen.move_to_end(task.task_id)
        while len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        if fresh:
            self._follow(task, fresh)

    def saw(self, task: RunningTask, call: ToolCall) -> None:
        """Check from now on the edit of one finished tool call that a hook reported."""
        edit = edit_of(call) if os.path.isabs(task.project) else None
        if edit is not None:
            self._follow(task, [edit])

    async def close(self) -> None:
        """Stop the checks, and keep the followed edits for the next gateway."""
        for timer in (one for of_task in self._timers.values() for one in of_task):
            timer.cancel()
        for job in self._jobs:
            job.cancel()
        self._unsaved.clear()
        if self._saving is not None:
            await self._saving
        for one in self._followed.values():
            self.kept.put(written(one, NOBODY), one.task_id)
        if self._followed and not self.kept.allowed():
            log.warning("%d tasks are followed no more: nothing is kept", len(self._followed))

    def _follow(self, task: RunningTask, fresh: Sequence[PassedEdit]) -> None:
        """Follow more edits of a task. The times of all its checks then count from now."""
        if task.task_id not in self._followed and len(self._followed) >= MOST_TASKS:
            return
        before = self._followed.get(task.task_id)
        edits = [*(before.edits if before is not None else ()), *fresh][:MOST_EDITS]
        one = FollowedEdits(
            task_id=task.task_id,
            tier=task.tier,
            project=task.project,
            at_ms=self.office.window.now_ms(),
            seen=self._seen.get(task.task_id, 0),
            edits=edits,
        )
        self._followed[task.task_id] = one
        self._time(one, -1)
        self._save(task.task_id)

    def _time(self, one: FollowedEdits, gone_ms: int) -> None:
        """Schedule the checks of a task that are still to come.

        `gone_ms` are the milliseconds since its last edit, -1 if it was just now.
        """
        for timer in self._timers.pop(one.task_id, ()):
            timer.cancel()
        self._timers[one.task_id] = {
            self._later(one, after, (after - max(0, gone_ms)) / 1000)
            for after in CHECKS_MS
            if after > gone_ms
        }

    def _later(self, one: FollowedEdits, after_ms: int, wait_s: float) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()

        def look() -> None:
            job = loop.create_task(self._look(one, after_ms))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

        return loop.call_later(wait_s, look)

    async def _look(self, one: FollowedEdits, after_ms: int) -> None:
        value = await asyncio.to_thread(survival, one.edits, Path(one.project))
        if value is not None:
            outcomes.record(self.office, one, "survived", value, after_ms)
        if self._followed.get(one.task_id) is not one:
            return
        one.looked(after_ms)
        if after_ms == CHECKS_MS[-1]:
            del self._followed[one.task_id]
            self._timers.pop(one.task_id, None)
        self._save(one.task_id)

    def _save(self, task_id: str) -> None:
        """Write a followed task to the disk, or delete it there if it is followed no more.

        This does not wait for the disk.
        """
        self._unsaved.add(task_id)
        if self._saving is None or self._saving.done():
            self._saving = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        while self._unsaved:
            task_id = self._unsaved.pop()
            one = self._followed.get(task_id)
            if one is None:
                await asyncio.to_thread(self.kept.drop, task_id)
            else:
                text = written(one, owner.identity())
                await asyncio.to_thread(self.kept.put, text, task_id)
