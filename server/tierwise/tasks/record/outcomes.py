"""Records outcomes of answers as they happen. The task's id joins them to the decision."""

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
    """Records what became of each answer (its outcomes) in one editor window. `now_ms` returns UTC
    milliseconds.
    """

    journal: Journal
    chats: Chats
    now_ms: Callable[[], int]
    own: OwnRecord
    """The operator's own record. Outcomes of this window count in it at once, those of others at
    the next look at the ledger.
    """
    tiers: Callable[[], Sequence[str]]

    def record(
        self,
        task: Task,
        kind: OutcomeKind,
        value: str | float | None = None,
        after_ms: int | None = None,
    ) -> None:
        """Record what became of a task's answer, for the tier that gave it.

        `value` belongs to the kind, such as a rating or a share. `after_ms` is how many
        milliseconds after the apply the outcome was seen.
        """
        tier = task.decision.answering
        self.journal.outcome(Outcome(task.id, kind, self.now_ms(), tier, value, after_ms))
        kept = verdict(kind, str(value or ""), tier, self.tiers())
        if kept is not None and not task.rehearsal:
            self.own.saw(task.request.action, tier, task.id, kept=kept)
        thread = self.chats.find(task.conversation_id)
        if thread is not None and kind in ("discarded", "undone"):
            thread.reject()
