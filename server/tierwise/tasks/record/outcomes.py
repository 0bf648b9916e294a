"""What became of answers: recorded as it happens, joined to the decision by the task's id."""

from __future__ import annotations

from dataclasses import dataclass

from tierwise.core.outcome import Outcome, OutcomeKind
from tierwise.tasks.task import Task
from tierwise.tasks.world import World


@dataclass
class Outcomes:
    """The recorder of one window."""

    world: World

    def record(
        self,
        task: Task,
        kind: OutcomeKind,
        value: str | float | None = None,
        after_ms: int | None = None,
    ) -> None:
        """Record an outcome of a task, against the tier that answered it."""
        self.world.journal.outcome(
            Outcome(task.id, kind, self.world.now_ms(), task.decision.answering, value, after_ms)
        )
        thread = self.world.threads.find(task.conversation_id)
        if thread is not None and kind in ("discarded", "undone"):
            thread.rejected += 1
