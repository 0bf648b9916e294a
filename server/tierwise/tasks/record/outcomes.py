"""What became of answers: recorded as it happens, joined to the decision by the task's id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tierwise.core.outcome import Outcome, OutcomeKind
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.task.task import Task


@dataclass(frozen=True)
class Outcomes:
    """The recorder of one window. `now_ms` is UTC milliseconds."""

    journal: Journal
    chats: Chats
    now_ms: Callable[[], int]

    def record(
        self,
        task: Task,
        kind: OutcomeKind,
        value: str | float | None = None,
        after_ms: int | None = None,
    ) -> None:
        """Record an outcome of a task, against the tier that answered it."""
        self.journal.outcome(
            Outcome(task.id, kind, self.now_ms(), task.decision.answering, value, after_ms)
        )
        thread = self.chats.find(task.conversation_id)
        if thread is not None and kind in ("discarded", "undone"):
            thread.reject()
