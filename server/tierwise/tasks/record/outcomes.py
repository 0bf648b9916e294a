"""What became of answers: recorded as it happens, joined to the decision by the task's id."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tierwise.core.dataclass import dataclass
from tierwise.core.outcome import Outcome, OutcomeKind
from tierwise.learning.own_record import OwnRecord, verdict
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.task.task import Task


@dataclass(frozen=True)
class Outcomes:
    """Records what became of the answers of one window. `now_ms` is UTC milliseconds."""

    journal: Journal
    chats: Chats
    now_ms: Callable[[], int]
    own: OwnRecord
    """What this window saw counts at once; what others saw, at the next look at the ledger."""
    tiers: Callable[[], Sequence[str]]

    def record(
        self,
        task: Task,
        kind: OutcomeKind,
        value: str | float | None = None,
        after_ms: int | None = None,
    ) -> None:
        """Record an outcome of a task, against the tier that answered it."""
        tier = task.decision.answering
        self.journal.outcome(Outcome(task.id, kind, self.now_ms(), tier, value, after_ms))
        kept = verdict(kind, str(value or ""), tier, self.tiers())
        if kept is not None and not task.rehearsal:
            self.own.saw(task.request.action, tier, task.id, kept=kept)
        thread = self.chats.find(task.conversation_id)
        if thread is not None and kind in ("discarded", "undone"):
            thread.reject()
