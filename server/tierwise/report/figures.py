"""The figures of a report: frozen, in the units of the ledger (nano-dollars, tokens, ms)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DaySpend:
    """A civil day: how many tasks were asked, and nano-dollars by tier.

    `night` is the part of the cost that the night's budget paid.
    """

    day: str
    tasks: int
    by_tier: Mapping[str, int]
    night: int = 0

    @property
    def cost(self) -> int:
        """Nano-dollars of the day."""
        return sum(self.by_tier.values())


@dataclass(frozen=True, slots=True)
class MonthPace:
    """The current month in nano-dollars: what was spent so far, and what all of it will cost if the
    days to come cost as much on average.
    """

    month: str
    spent: int
    expected: int
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class TierShare:
    """What one tier did: tasks routed to it, tasks it answered last, nano-dollars of its calls."""

    tier: str
    routed: int
    answered: int
    cost: int


@dataclass(frozen=True, slots=True)
class RoutedTo:
    """How many tasks were routed to one tier and answered by another, and why."""

    routed: str
    answering: str
    cause: str
    tasks: int


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Tasks for which the router was about equally confident. `said` is their mean confidence, and
    `kept` the share of their answers that was kept.

    `low` and `high` are the bounds of a 90 % interval of that share (Wilson).
    """

    said: float
    kept: float
    low: float
    high: float
    tasks: int


@dataclass(frozen=True, slots=True)
class KeptShare:
    """How many answers of one tier to one action were kept.

    `survival` is the mean share of an applied edit that was still there at the last check. None if
    none was checked.
    """

    tier: str
    action: str
    judged: int
    kept: int
    undone: int
    survival: float | None


@dataclass(frozen=True, slots=True)
class TierLatency:
    """How long the calls of a tier took: the median and the 90th percentile in milliseconds."""

    tier: str
    calls: int
    median_ms: int
    p90_ms: int


@dataclass(frozen=True, slots=True)
class DearTask:
    """One of the dearest tasks, with its cost in nano-dollars."""

    task_id: str
    day: str
    action: str
    routed: str
    answering: str
    state: str
    calls: int
    cost: int


@dataclass(frozen=True, slots=True)
class ModelTokens:
    """The tokens of a model's calls. `read` and `written` are tokens of the prompt cache."""

    model: str
    calls_cost: int
    input: int
    output: int
    read: int
    written: int

    @property
    def cached(self) -> float:
        """The share of all prompt tokens that came from the cache."""
        prompt = self.input + self.read + self.written
        return self.read / prompt if prompt else 0.0


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """All figures of a report, and the sentences about learning."""

    since: str
    until: str
    invented: bool
    rehearsal: bool
    tasks: int
    spent: int
    baseline: str
    baseline_cost: int
    lost: int
    day_cap: int | None
    days: tuple[DaySpend, ...]
    pace: MonthPace | None
    tiers: tuple[TierShare, ...]
    routed_to: tuple[RoutedTo, ...]
    calibration: tuple[CalibrationBin, ...]
    kept: tuple[KeptShare, ...]
    escalated: int
    failed_over: int
    latency: tuple[TierLatency, ...]
    dearest: tuple[DearTask, ...]
    models: tuple[ModelTokens, ...]
    agent_tasks: int
    agent_cost: int
    night_cost: int
    learning: tuple[str, ...] = ()
    odd: tuple[str, ...] = field(default=())

    @property
    def saved(self) -> int:
        """What the same tokens would have cost on the baseline, the tier that savings are measured
        against, minus what was spent. In nano-dollars; may be negative.
        """
        return self.baseline_cost - self.spent
