"""The bus: the functions that are called when a task, its stream or the status changes.

Some services are made before others and still have to reach them. They publish here and need not
know them. `reactions.py` lists the subscribers and their order.
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
    """The functions to call on each kind of change in one editor window. Each is called at once, in
    the order of subscription.
    """

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
        """Add functions that are called after those already subscribed. `room` is for tasks that
        were refused for their price and may be tried again.
        """
        self._task += task
        self._stream += stream
        self._status += status
        self._room += room

    def task_changed(self, task: Task) -> None:
        """Call the subscribers because a task changed in a way that can be seen."""
        for told in self._task:
            told(task)

    def streamed(self, task: Task, view: StreamView) -> None:
        """Call the subscribers with the newest piece of a task's answer."""
        for told in self._stream:
            told(task, view)

    def room_made(self, task: Task) -> None:
        """Call the subscribers because a task that was refused for its price may be tried again."""
        for told in self._room:
            told(task)

    def status_changed(self) -> None:
        """Call the subscribers because something that the status shows may have changed."""
        for told in self._status:
            told()
