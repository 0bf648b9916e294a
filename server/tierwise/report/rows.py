"""The rows of a report: tasks, calls and outcomes, without any text of the operator's."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import NIGHT
from tierwise.store.stats import SpendCell


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A task with its first and its last decision.

    `escalated` says that a higher tier answered because a check failed, `failed_over` that another
    tier answered because a model failed or was slow.
    """

    task_id: str
    day: str
    action: str
    state: str
    first: str
    routed: str
    answering: str
    cause: str
    confidence: float
    answered_first: str
    escalated: bool
    failed_over: bool


@dataclass(frozen=True, slots=True)
class ReportCall:
    """A call that was booked. `cost` is in nano-dollars.

    `took_ms` is the time from its sending to its settlement in milliseconds, 0 if not known.
    """

    task_id: str
    day: str
    tier: str
    model: str
    cost: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """An outcome of an answer. `value` is the outcome's detail, "" for none."""

    task_id: str
    kind: str
    tier: str
    value: str


@dataclass(frozen=True, slots=True)
class ReportRows:
    """All rows of a report. `cells` are the daily sums of the same calls. From them it is computed
    what the same tokens would have cost on another tier.
    """

    tasks: Sequence[ReportTask]
    calls: Sequence[ReportCall]
    outcomes: Sequence[ReportOutcome]
    cells: Sequence[SpendCell]
    odd: Sequence[str] = ()
    """Ids of tasks whose rows cannot be read. Their money counts, but nothing else of them."""


def civil(day: str) -> str:
    """The civil day of a reservation, without the mark that one of the night queue has after it."""
    return day.removesuffix(NIGHT)
