"""What the fit computes from a set of signals.

That is the logit and variance of each cut (border between two tiers), and for each tier the chance
that its answer is kept. Estimate, reasons and learning need the same numbers, so they are computed
once per set of signals.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from operator import mul
from typing import Final

from tierwise.core.actions import ACTIONS
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Signals
from tierwise.routing.scale import logit, sigmoid
from tierwise.routing.weights import Cut, Weights, clipped

NOVEL_VARIANCE: Final = 3.0
"""Variance (squared logits) that is added for a wish of which no word is known. It lowers the bound
of a sure estimate from 0.95 to 0.67, so that a wish in a language never seen does not go to the
cheapest tier."""
NEW_WORDS_VARIANCE: Final = 8.0
"""Variance (squared logits) of a wish in a language that is not in the fit, for the lowest cut
alone. It says that the cheapest tier is not certain, and nothing of the tiers above. A short edit
of which no word is read is at 0.985 for that tier; with this variance that is not enough."""
READERS: Final = 3
"""How many readers a cut has. Their logits are averaged: linear, boosted trees, forest."""
SUREST: Final = 0.99
"""The highest share that a forest may give. The lowest is one minus this. A leaf without a
counterexample is no proof."""
ACCEPT_FOREST: Final = 0.7
"""Weight of the forest in an accept. The linear reader has the rest. Chosen on held-out tasks."""
POSSIBLY_UNKNOWN: Final = 8
"""The number of unknown signals is divided by this, which gives the share of signals that are
unknown."""


@dataclass(frozen=True, slots=True)
class CutReading:
    """What the fit says of one border between tiers, in logits of P(need <= the tier below it).

    `margin` is how far the lower bound is below the mean before the variance is counted.
    """

    mean: float
    variance: float
    margin: float


class InstructionReading:
    """What the fitted weights say of one request, from its signals alone.

    The estimate, the reasons and the learner read it. Each part is computed on first use.
    """

    def __init__(self, signals: Signals, weights: Weights) -> None:
        self.signals = signals
        self.weights = weights
        self._grown: dict[int, float] = {}

    @cached_property
    def values(self) -> list[float]:
        """The inputs of the trees: the fitted signals, then the text scores, in the fit's order."""
        weights = self.weights
        known = [0.0] * len(weights.signals)
        place = weights.places.get
        for name, value in self.signals.values.items():
            if value and (at := place(name)) is not None:
                known[at] = value
        known += (self.score(i) for i in range(weights.texts))
        return known

    @cached_property
    def x(self) -> list[float]:
        """The fitted signals, standardised and clipped: the inputs of the linear models."""
        weights, found = self.weights, list(self.weights.resting)
        mean, scale = weights.mean, weights.scale
        for i, value in enumerate(self.values[: len(found)]):
            if value:
                found[i] = clipped((value - mean[i]) / scale[i])
        return found

    @cached_property
    def credits(self) -> tuple[list[float], ...]:
        """By how many logits each input in `values` moved the trees, for each border between tiers.

        Use it before `readings` where both are needed: then the trees are walked only once.
        """
        return tuple(self._walked(i)[1] for i in range(len(self.weights.cuts)))

    def _walked(self, i: int) -> tuple[float, list[float]]:
        given = [0.0] * len(self.values)
        (self._grown[i],) = self.weights.cuts[i].trees.credited(self.values, given)
        return self._grown[i], given

    @cached_property
    def shares(self) -> list[float]:
        """The forest's P(need <= the tier below) for each border between two tiers."""
        return self.weights.forest.means(self.values)

    def readers(self, i: int) -> tuple[float, float, float]:
        """What the linear model, the boosted trees and the forest say of border `i` between tiers.

        Each is a logit of P(need <= the tier below the border).
        """
        cut = self.weights.cuts[i]
        linear = cut.intercept + cut.text_weight * self.score(i)
        linear += math.fsum(map(mul, cut.weight, self.x))
        if i not in self._grown:
            (self._grown[i],) = cut.trees.sums(self.values)
        forest = logit(min(SUREST, max(1.0 - SUREST, self.shares[i])))
        return linear, cut.base + self._grown[i], forest

    @cached_property
    def readings(self) -> tuple[CutReading, ...]:
        """For each border between two tiers the logit of P(need <= the tier below), calibrated.

        With it come the variance and the margin by which the lower bound lies below it.
        """
        signals, weights, x = self.signals, self.weights, self.x
        share = len(signals.unknown) / POSSIBLY_UNKNOWN
        action = action_of(signals)
        found = []
        for i, cut in enumerate(weights.cuts):
            linear, grown, forest = self.readers(i)
            said = (linear + grown + forest) / READERS
            mean = cut.offset + cut.slope * said + cut.by_action.get(action, 0.0)
            mean -= edit_size(signals, cut)
            variance = math.fsum(map(mul, map(mul, cut.spread, x), x))
            doubt = weights.doubt * disagreement(linear, grown, forest)
            variance += doubt + weights.unknown_variance * share
            variance += NOVEL_VARIANCE * signals.values.get("novel", 0.0)
            if i == 0:
                variance += NEW_WORDS_VARIANCE * signals.values.get("novel.words", 0.0)
            found.append(CutReading(mean, variance, cut.margin))
        return tuple(found)

    @cached_property
    def accepts(self) -> tuple[float, ...]:
        """For each tier that the fit knows, the chance that its answer is kept."""
        weights, first = self.weights, len(self.weights.cuts)
        grown = weights.accept_forest.means(self.values)
        found = []
        for i, accept in enumerate(weights.accepts):
            mean = accept.intercept + accept.text_weight * self.score(first + i)
            mean += math.fsum(map(mul, accept.weight, self.x))
            found.append(ACCEPT_FOREST * grown[i] + (1.0 - ACCEPT_FOREST) * sigmoid(mean))
        return tuple(found)

    @cached_property
    def likeness(self) -> float:
        """How much the request looks like a task with measured outcomes, 0 to 1."""
        likeness = self.weights.likeness
        return sigmoid(likeness.intercept + math.fsum(map(mul, likeness.weight, self.x)))

    def score(self, i: int) -> float:
        """The score of the wording for fitted question `i`; zero where there is no text."""
        scores = self.signals.text_scores
        return scores[i] if i < len(scores) else 0.0


KEPT: Final = 64
"""Readings that are cached. A place in a file has one per action, and the editor asks for them
again and again while the operator works there."""


def read(signals: Signals, weights: Weights) -> InstructionReading:
    """What the fitted weights say of a request with these signals: a logit per border between
    tiers, and the chance that each tier's answer is kept.

    The latest results are cached, by the values of the signals.
    """
    return _kept(_Key(signals, weights))


class _Key:
    """Signals and weights as a cache key. Two keys are equal if all signals are equal and the
    weights are one object.
    """

    __slots__ = ("_values", "signals", "weights")

    def __init__(self, signals: Signals, weights: Weights) -> None:
        self.signals, self.weights = signals, weights
        values = signals.values
        self._values = (tuple(values), tuple(values.values()), signals.unknown, signals.text_scores)

    def __hash__(self) -> int:
        return hash(self._values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Key) or self.weights is not other.weights:
            return NotImplemented
        return self._values == other._values


@lru_cache(maxsize=KEPT)
def _kept(key: _Key) -> InstructionReading:
    return InstructionReading(key.signals, key.weights)


def readings(signals: Signals, weights: Weights) -> tuple[CutReading, ...]:
    """For each border between two tiers the logit of P(need <= the tier below it).

    With it come the variance and the margin by which the lower bound lies below it.
    """
    return read(signals, weights).readings


def disagreement(linear: float, grown: float, forest: float) -> float:
    """Half the distance between the linear model and the mean of the two tree models, squared.

    Scaled, it is one of the variances that lower the bound of an estimate.
    """
    return (linear - (grown + forest) / 2.0) ** 2 / 4.0


def edit_size(signals: Signals, cut: Cut) -> float:
    """By how many logits the places of an edit and what earlier turns needed raise the need.

    It is never below 0. The weights are those of `cut`, one border between two tiers.
    """
    return math.fsum(w * signals.values.get(name, 0.0) for name, w in cut.reach.items())


def action_of(signals: Signals) -> str:
    """The action a set of signals was measured from, as the fit knows it: an agent's turn counts as
    chat. Empty if the signals name none.
    """
    return next((a for a in ACTIONS if signals.values.get(f"action.{a}")), "")
