"""Replay: what a series of tasks would have cost and delivered under a policy. Pure.

A simulated operator keeps an answer that passes. One that does not is discarded and asked for again
one tier up, until one passes or the top has answered. The learner sees those verdicts and no
others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.learning.memory import Memory
from tierwise.learning.observation import LearnerAnswer, LearnerTask, Observation

SERIES: Final = 100
"""Tasks per point of the series."""
BINS: Final = 10
"""Bins of equal width for the calibration error."""


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """A task to replay.

    `outcomes` are pass rates per tier, `costs` what an answer really costs, in nano-dollars.
    `request` is handed to the `route` of the replay, which makes the decision; replay never looks
    into it.
    """

    id: str
    request: object
    outcomes: Mapping[str, float]
    costs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReplayedRoute:
    """The decision on a replayed task, with the task in the form that the learner needs."""

    decision: Decision
    task: LearnerTask


Route = Callable[[ReplayRow, Memory], ReplayedRoute]


@dataclass
class Tally:
    """Running sums of a replay: tasks, spend, wrong answers, calls per tier.

    `redo` is what an answer that did not pass costs, in nano-dollars. `first` and `last` add up the
    pass rates of the tiers that answered first and last.
    """

    redo: int
    tasks: int = 0
    last: float = 0.0
    first: float = 0.0
    cost: int = 0
    wrong: int = 0
    escalations: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    starts: Counter[str] = field(default_factory=Counter)
    bins: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0] for _ in range(BINS)])

    @property
    def loss(self) -> int:
        """The whole spend, plus a redo cost for each answer that did not pass, in nano-dollars."""
        return self.cost + self.redo * self.wrong

    @property
    def ece(self) -> float:
        """Expected calibration error of "the first answer is kept", over bins of equal width."""
        return sum(abs(said - kept) for said, kept in self.bins) / max(self.tasks, 1)

    def add(
        self,
        row: ReplayRow,
        decision: Decision,
        answers: tuple[LearnerAnswer, ...],
        names: list[str],
    ) -> None:
        """Count a task; `names` are the tiers that answered."""
        self.tasks += 1
        self.first += row.outcomes[names[0]]
        self.last += row.outcomes[names[-1]]
        self.cost += sum(row.costs.get(name, 0) for name in names)
        self.wrong += sum(answer.kept < 0.5 for answer in answers)
        self.escalations += len(answers) - 1
        self.calls.update(names)
        self.starts[names[0]] += 1
        said = decision.estimate.accept[names[0]]
        found = self.bins[min(BINS - 1, int(said * BINS))]
        found[0] += said
        found[1] += answers[0].kept


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of a replay.

    `losses` (nano-dollars) and `starts` (the tier of the first answer) have one entry per task, in
    order.
    """

    figures: Mapping[str, Any]
    memory: Memory
    losses: tuple[int, ...]
    starts: tuple[str, ...]


def replay(
    rows: Iterable[ReplayRow],
    route: Route,
    tiers: tuple[str, ...],
    *,
    redo: int,
    seed: int | None = None,
    memory: Memory | None = None,
    learn: bool = False,
) -> Replayed:
    """Replay rows in order.

    With a `seed` each verdict is drawn from its pass rate; the draw is the same for (seed, id,
    tier) under every policy. Without it an answer passes if its pass rate is at least 0.5.
    """
    memory = memory or Memory()
    whole, part = Tally(redo), Tally(redo)
    series: list[Mapping[str, Any]] = []
    losses: list[int] = []
    starts: list[str] = []
    for row in rows:
        routed = route(row, memory)
        before = whole.loss
        answers = operator(row, routed.decision.answering, tiers, seed)
        names = [tiers[answer.tier] for answer in answers]
        for tally in (whole, part):
            tally.add(row, routed.decision, answers, names)
        losses.append(whole.loss - before)
        starts.append(names[0])
        if learn:
            propensity = routed.decision.propensity
            memory = memory.learned(Observation(routed.task, answers, propensity=propensity))
        if part.tasks == SERIES:
            series.append(_point(part, whole.tasks))
            part = Tally(redo)
    if part.tasks:
        series.append(_point(part, whole.tasks))
    return Replayed(_figures(whole, series, tiers), memory, tuple(losses), tuple(starts))


def operator(
    row: ReplayRow, first: str, tiers: tuple[str, ...], seed: int | None
) -> tuple[LearnerAnswer, ...]:
    """The answers that the simulated operator sees, starting at a tier."""
    made = []
    for rank in range(tiers.index(first), len(tiers)):
        passed = passes(row, tiers[rank], seed)
        cost = float(row.costs[tiers[rank]])
        made.append(LearnerAnswer(rank, float(passed), settled=True, clicked=passed, cost=cost))
        if passed:
            break
    return tuple(made)


def passes(row: ReplayRow, tier: str, seed: int | None) -> bool:
    """Whether a tier's answer passes: by a draw, or without `seed` if its pass rate is at least
    0.5.
    """
    rate = row.outcomes[tier]
    return rate >= 0.5 if seed is None else draw(seed, row.id, tier) < rate


def draw(seed: int, *names: str) -> float:
    """A number in [0, 1) fixed by the seed and the names, the same on every machine."""
    digest = hashlib.blake2b("\0".join((str(seed), *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _point(part: Tally, until: int) -> Mapping[str, Any]:
    return {
        "from": until - part.tasks,
        "to": until,
        "quality": round(part.last / part.tasks, 6),
        "costUsd": round(part.cost / 1e9, 9),
        "loss": round(part.loss / 1e9, 9),
    }


def _figures(
    whole: Tally, series: list[Mapping[str, Any]], tiers: tuple[str, ...]
) -> Mapping[str, Any]:
    tasks = max(whole.tasks, 1)
    return {
        "tasks": whole.tasks,
        "quality": round(whole.last / tasks, 6),
        "firstQuality": round(whole.first / tasks, 6),
        "costUsd": round(whole.cost / 1e9, 9),
        "calls": {t: whole.calls[t] for t in tiers},
        "first": {t: whole.starts[t] for t in tiers},
        "escalations": whole.escalations,
        "ece": round(whole.ece, 6),
        "loss": round(whole.loss / 1e9, 9),
        "series": series,
    }
