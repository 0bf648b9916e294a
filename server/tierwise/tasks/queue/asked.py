"""What is asked of the night queue and what it answers: plain data, no protocol."""

from __future__ import annotations

from dataclasses import field

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range
from tierwise.core.jobs import Each
from tierwise.core.request import Diagnostic
from tierwise.store.jobs import GroupRow, JobRow


@dataclass(frozen=True, slots=True)
class QueueWish:
    """A group as it is asked for. Times in UTC milliseconds, `cap` in nano-dollars.

    `range` is given where the editor selected lines of the one document. `problems` are those of
    the documents, for a job each.
    """

    instruction: str
    uris: tuple[str, ...]
    action: Action
    each: Each = "file"
    range: Range | None = None
    tier: str | None = None
    at_ms: int | None = None
    by_ms: int | None = None
    cap: int | None = None
    after: str | None = None
    every: str | None = None
    problems: tuple[Diagnostic, ...] = ()
    origin: str = "terminal"
    command: tuple[str, ...] = ()
    """The program and its arguments that does each job in a copy of the tree; empty for none."""


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """A group before it is queued: its jobs, forecast, worst case and baseline are known."""

    wish: QueueWish
    group: GroupRow
    jobs: tuple[JobRow, ...]
    baseline_tier: str
    problems: dict[str, Diagnostic] = field(default_factory=dict)
    """The diagnostic that a job is about, by the job's id."""

    @property
    def to_ask(self) -> bool:
        """Whether the operator is asked before it is queued."""
        cap = self.group.cap
        return len(self.jobs) > MOST_UNASKED or (cap is not None and self.group.forecast > cap)


MOST_UNASKED = 50
"""Jobs of a group that are queued without a question."""


@dataclass(frozen=True, slots=True)
class GroupApplied:
    """What became of applying or taking back a group: job ids, and a sentence for each left."""

    done: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()
