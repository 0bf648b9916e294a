"""What one task taught: the answers an operator saw, in order, and the verdict on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass

REFERENCE: Final[Mapping[str, tuple[float, float]]] = {
    "words": (2.7, 1.3),
    "sentences": (0.3, 0.5),
    "numbers": (0.3, 0.6),
    "identifiers": (0.2, 0.5),
    "says.constraint": (0.1, 0.2),
    "sel.lines": (1.2, 1.3),
    "file.lines": (2.1, 2.1),
    "files.lines": (0.8, 2.0),
}
"""Signals that the learner uses, with a centre and a scale. They are few on purpose: a thousand
tasks cannot fit fifty weights. The values are rounded means and deviations of the labelled
requests, so that every weight has about the same unit."""


CENTRE: Final = 0.5
SCALE: Final = 1.5
"""Mean and deviation of the shipped logit of the lowest cut, rounded. The operator's line turns
about this mean."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a task is, for the learner: its action, language and project. `project` is a key.

    Tasks that agree in some of these share evidence.
    """

    action: str
    language: str | None = None
    project: str = ""

    @property
    def key(self) -> str:
        """Action and language, without the project."""
        return f"{self.action}/{self.language or '-'}"


@dataclass(frozen=True, slots=True)
class LearnerAnswer:
    """One answer and its verdict. `tier` is its rank; the cheapest is 0.

    `kept` is the share of it that was kept, 0 to 1. `weight` is the weight of the verdict, compared
    with an ordinary apply or discard. `settled` says that time or a check confirmed it, so that it
    is nearly free of noise. `clicked` is then what the operator's first click said, if there was
    one, which shows how often clicks are wrong. `cost` is what the answer really cost, in
    nano-dollars. `paired` marks an answer that the operator never saw: it was compared with the one
    that was kept.
    """

    tier: int
    kept: float
    weight: float = 1.0
    settled: bool = False
    clicked: bool | None = None
    cost: float | None = None
    paired: bool = False

    @property
    def refuted(self) -> bool:
        """Whether the answer surely did not suffice.

        One that merely differs from the kept one may have.
        """
        return self.kept < 0.5 and (self.settled or not self.paired)


@dataclass(frozen=True, slots=True)
class LearnerTask:
    """What is known of a task before it is answered.

    - `logits` are the shipped logit of P(need <= t), one per border between tiers.
    - `features` are the learner's inputs.
    - `costs` are the forecasts per tier and `redo` what a wrong answer costs, in nano-dollars.
    - `shipped` is the rank of the tier with which the shipped estimate would start.
    - `accept` is the shipped share of the top's answers that is kept.
    """

    cell: Cell
    logits: tuple[float, ...]
    features: Mapping[str, float]
    costs: tuple[float, ...] = ()
    redo: float = 30_000_000.0
    shipped: int = 0
    accept: float = 0.96

    @property
    def top(self) -> int:
        """The rank of the top tier."""
        return len(self.logits)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one task showed: how each of its answers did.

    `answers` are those the operator saw, first to last; two are a pair. A shadow answer, which was
    only compared, comes before them.

    `overkill` is the rank of a tier the operator called more than enough. `propensity` is the
    probability with which the first answer's tier was chosen. `at_ms` is UTC milliseconds.
    """

    task: LearnerTask
    answers: tuple[LearnerAnswer, ...] = ()
    overkill: int | None = None
    propensity: float = 1.0
    labelled: bool = False
    """True for ratings, overrides and a redo on a cheaper tier. They are explicit, so they always
    count as informative."""
    at_ms: int = 0
    said: int | None = None
    """The rank of the tier that a second opinion named, None where none was given."""

    @property
    def began(self) -> int:
        """The rank of the tier whose answer the operator saw first."""
        return next((a.tier for a in self.answers if not a.paired), self.answers[0].tier)

    @property
    def informative(self) -> bool:
        """Whether the task helps to tell which of two policies is better.

        It does if it has a discarded answer, two answers, a trial, a rating or an override.
        """
        return (
            self.labelled
            or self.propensity < 0.5
            or self.overkill is not None
            or len(self.answers) > 1
            or any(answer.kept < 0.5 for answer in self.answers)
        )


def features(
    cell: Cell, signals: Mapping[str, float], logits: Sequence[float]
) -> Mapping[str, float]:
    """The inputs of the learner: one for each group the task is in, and measured values.

    The groups are all tasks, the action, action and language, and the project. The values are the
    shipped logit and the few signals of `REFERENCE`. A signal is there twice, for all tasks and for
    the action alone, because what makes a task hard differs by action: length does for `generate`
    and hardly does for `fix`.
    """
    measured: dict[str, float] = {}
    if logits:
        measured["slope"] = measured["shipped"] = (logits[0] - CENTRE) / SCALE
    for name, (centre, scale) in REFERENCE.items():
        value = signals.get(name)
        if value is not None:
            measured[name] = (value - centre) / scale
    return spread(cell, {name: max(-3.0, min(3.0, value)) for name, value in measured.items()})


def spread(cell: Cell, measured: Mapping[str, float]) -> Mapping[str, float]:
    """The inputs of the learner, made from measured values that are scaled already."""
    made = {"all": 1.0, f"action:{cell.action}": 1.0, f"cell:{cell.key}": 1.0}
    if cell.project:
        made[f"project:{cell.project}"] = 1.0
    if "slope" in measured:
        made["slope"] = measured["slope"]
    for name, value in measured.items():
        if name != "slope":
            made[f"signal:{name}"] = value
            made[f"signal:{cell.action}:{name}"] = value
    return made
