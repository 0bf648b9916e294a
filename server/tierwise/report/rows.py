"""What a report is made from: tasks, calls and outcomes, without any text of the operator's."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import NIGHT
from tierwise.store.stats import SpendCell


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A task with its first and its last decision. `escalated` and `failed_over` say whether an
    answer was given up for one of a higher tier, or a model for another because it failed."""

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
    """A paid call. `cost` in nano-dollars, `took_ms` milliseconds until it was settled, 0 where
    that is not known."""

    task_id: str
    day: str
    tier: str
    model: str
    cost: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """What became of an answer. `value` is the outcome's word, "" for none."""

    task_id: str
    kind: str
    tier: str
    value: str


@dataclass(frozen=True, slots=True)
class ReportRows:
    """Everything of the days of a report. `cells` are the daily sums of the same calls, of which
    the baseline is worked out as everywhere else."""

    tasks: Sequence[ReportTask]
    calls: Sequence[ReportCall]
    outcomes: Sequence[ReportOutcome]
    cells: Sequence[SpendCell]
    odd: Sequence[str] = ()
    """Ids of tasks whose rows cannot be read; they count in the money and nowhere else."""


def civil(day: str) -> str:
    """The civil day of a reservation, without the mark of the night."""
    return day.removesuffix(NIGHT)
