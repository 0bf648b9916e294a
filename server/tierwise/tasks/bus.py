"""The bus: who is told when a task, its stream or the status changes, and in which order.

Services that are made first must be able to reach those that are made later without knowing
them. They publish here, and `reactions.py` says who is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.core.views import StreamView
from tierwise.tasks.task.task import Task

OnTask = Callable[[Task], None]
OnStream = Callable[[Task, StreamView], None]
OnStatus = Callable[[], None]


@dataclass
class Bus:
    """The subscribers of one window; each is called at once, in the order of subscription."""

    _task: list[OnTask] = field(default_factory=list)
    _stream: list[OnStream] = field(default_factory=list)
    _status: list[OnStatus] = field(default_factory=list)
    _room: list[OnTask] = field(default_factory=list)

    def subscribe(
        self,
        task: Sequence[OnTask] = (),
        stream: Sequence[OnStream] = (),
        status: Sequence[OnStatus] = (),
        room: Sequence[OnTask] = (),
    ) -> None:
        """Add subscribers after those that are there."""
        self._task += task
        self._stream += stream
        self._status += status
        self._room += room

    def task_changed(self, task: Task) -> None:
        """Called when a task changed in any way that can be seen."""
        for told in self._task:
            told(task)

    def streamed(self, task: Task, view: StreamView) -> None:
        """Called with each piece of a task's stream."""
        for told in self._stream:
            told(task, view)

    def room_made(self, task: Task) -> None:
        """Called when a task that was refused for its price may be tried again."""
        for told in self._room:
            told(task)

    def status_changed(self) -> None:
        """Something that the status shows may have changed."""
        for told in self._status:
            told()
