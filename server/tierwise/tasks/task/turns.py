"""Turns: how many tasks run at the same time, in which order, and which wait for others.

Tasks run in the order they came, as many at once as the operator set. Two edits of the same lines
run one after the other, so that the later one sees the result of the earlier. A task that waits for
money lets others run and keeps its place in the order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import field
from itertools import count

from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range
from tierwise.present import progress
from tierwise.tasks.task.task import Task


@dataclass(eq=False)
class _Entry:
    task: Task
    number: int
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    running: bool = False
    aside: bool = False


@dataclass
class Turns:
    """The order in which the tasks of an editor window run. `limit` returns how many may run at the
    same time; it is called each time, so that a changed setting takes effect.
    """

    limit: Callable[[], int]
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    @asynccontextmanager
    async def turn(self, task: Task) -> AsyncIterator[None]:
        """Wait until it is this task's turn to run, and hold the turn during the block."""
        entry = _Entry(task, next(self._numbers))
        self._entries[task.id] = entry
        try:
            await self._wait(entry)
            yield
        finally:
            del self._entries[task.id]
            self._next()

    @asynccontextmanager
    async def aside(self, task: Task) -> AsyncIterator[None]:
        """Let other tasks run during the block. Then wait for a turn at the task's old place."""
        entry = self._entries[task.id]
        entry.running, entry.aside = False, True
        entry.ready.clear()
        self._next()
        yield
        entry.aside = False
        await self._wait(entry)

    @property
    def running(self) -> int:
        """How many tasks have a turn now."""
        return sum(entry.running for entry in self._entries.values())

    async def _wait(self, entry: _Entry) -> None:
        self._next()
        if not entry.running:
            behind = self._behind(entry)
            entry.task.say(progress.waiting_for_turn(same_lines=bool(behind)))
        await entry.ready.wait()

    def _next(self) -> None:
        """Give turns to the first waiting tasks that may run."""
        free = self.limit() - self.running
        for entry in sorted(self._entries.values(), key=lambda e: e.number):
            if free <= 0:
                return
            if entry.running or entry.aside or self._behind(entry):
                continue
            entry.running = True
            entry.ready.set()
            free -= 1

    def _behind(self, entry: _Entry) -> bool:
        """Whether an earlier task edits the same lines. A task that was set aside does
        not count.
        """
        return any(
            other.number < entry.number and not other.aside and overlap(other.task, entry.task)
            for other in self._entries.values()
        )


def overlap(one: Task, other: Task) -> bool:
    """Whether two tasks edit the same lines of the same document."""
    if not (KINDS[one.request.action].edits and KINDS[other.request.action].edits):
        return False
    a, b = one.scene, other.scene
    if a.focus is None or b.focus is None or a.focus.uri != b.focus.uri:
        return False
    if a.place is None or b.place is None:
        return False
    return a.place.start.line <= _last(b.place) and b.place.start.line <= _last(a.place)


def _last(span: Range) -> int:
    """The last line that has a part of the range. A range that ends at the start of a line does not
    include that line.
    """
    end = span.end.line - 1 if span.end.character == 0 else span.end.line
    return max(span.start.line, end)
