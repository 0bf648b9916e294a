"""Requests to the night queue and its replies: plain data, no protocol."""

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
    """What the operator asks the night queue for: one group of jobs, one for each file, definition
    or diagnostic (`each`).

    It begins at `at_ms` and must be done by `by_ms`, in UTC milliseconds. It waits for the group
    `after`. With `every` it is queued again for the next day. `cap` is the most it may cost, in
    nano-dollars. `range` is given if the editor selected lines of the one document. `problems` are
    diagnostics of the documents. Each becomes a job if `each` is "diagnostic".
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
    """The program, with its arguments, that does each job in a copy of the tree. Empty if a model
    does.
    """


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """A group that is not queued yet, with its jobs. `baseline_tier` is the tier with whose price
    savings are compared.
    """

    wish: QueueWish
    group: GroupRow
    jobs: tuple[JobRow, ...]
    baseline_tier: str
    problems: dict[str, Diagnostic] = field(default_factory=dict)
    """The diagnostic that a job is about, by the job's id."""

    @property
    def to_ask(self) -> bool:
        """Whether the operator must be asked before the group is queued: it has very many jobs, or
        its forecast is above its cap.
        """
        cap = self.group.cap
        return len(self.jobs) > MOST_UNASKED or (cap is not None and self.group.forecast > cap)


MOST_UNASKED = 50
"""The most jobs of a group that are queued without a question."""


@dataclass(frozen=True, slots=True)
class GroupApplied:
    """The result of applying or undoing a group. `done` has the ids of the jobs for which it was
    done, `left` the id of each job that was left, at least in part, and a sentence that says why.
    """

    done: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()
