"""The tasks of a window, looked up by id, by document, or by the line they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import UnknownTask
from tierwise.core.views import TaskView
from tierwise.present.hover import answer
from tierwise.tasks.task.task import OVER, Task

KEPT: Final = 200
"""Finished tasks kept in memory, for redo, hover and `explain`."""

_AT_WORK: Final = ("routing", "paused", "running", "proposed", "applied", "partlyApplied")


class Roster(dict[str, Task]):
    """The tasks of one editor window by id, in the order in which they were asked."""

    def named(self, task_id: str) -> Task:
        """The task of that id. Raises `UnknownTask` if there is none."""
        try:
            return self[task_id]
        except KeyError:
            raise UnknownTask(ErrorReason.of("unknown_task_here", task=task_id)) from None

    def of_document(self, uri: str) -> Sequence[TaskView]:
        """The tasks in a document that run, wait, were applied, or were stopped by a
        team's budget.
        """
        return [
            task.view()
            for task in self.values()
            if (task.state in _AT_WORK or task.held_by_team)
            and (task.scene.focus is not None and task.scene.focus.uri == uri)
        ]

    def answer_at(self, uri: str, line: int) -> str | None:
        """The latest text answer about a line (from 0) of a document, as markdown, or None."""
        for task in reversed(list(self.values())):
            span, focus = task.scene.range, task.scene.focus
            if task.state != "answered" or focus is None or focus.uri != uri or span is None:
                continue
            if span.start.line <= line <= span.end.line:
                return answer(task.view(), task.text)
        return None

    def answer_of(self, task_id: str) -> str | None:
        """The text of a task's answer with its headline, as markdown. None if it has none."""
        task = self.get(task_id)
        return answer(task.view(), task.text) if task is not None and task.text else None

    def surplus(self) -> Sequence[Task]:
        """The oldest finished tasks, as far as there are more than are kept."""
        over = [task for task in self.values() if task.state in OVER]
        return over[: max(0, len(over) - KEPT)]
