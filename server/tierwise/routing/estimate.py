"""The estimate: per tier P(need <= tier), a lower bound that widens with ignorance, and accept.

Per cut between tiers the logit is the calibrated mean of two readers (linear, trees), plus what
was learned. The bound is that minus the cut's margin and 1.28 standard deviations of: the linear
reader's x'Sx, the readers' disagreement, the share of unknown signals, learned variance. 1.28 is
the 90 % point of a normal distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tierwise.core.decision import Adjustment, Estimate, Signals
from tierwise.core.request import ACTIONS
from tierwise.core.tiers import Ladder
from tierwise.routing import trees
from tierwise.routing.scale import sigmoid
from tierwise.routing.weights import Cut, Weights

Z90: Final = 1.28
NOVEL_VARIANCE: Final = 2.0
"""Variance (squared logits) of a wish of which no word is known: more than the distance between
a sure estimate (0.95) and the target, so that a language never seen is not sent to the cheapest."""
POSSIBLY_UNKNOWN: Final = 8
"""Signals a request may leave unsaid; the share of unknown ones is of these."""
LINES: Final = ("haiku", "sonnet", "opus")


@dataclass(frozen=True, slots=True)
class Reading:
    """One cut's answer: the mean logit, its variance, and how far its bound stands below."""

    mean: float
    variance: float
    margin: float


def readings(signals: Signals, weights: Weights) -> tuple[Reading, ...]:
    """Per cut: the logit of P(need <= tier) and what bounds it."""
    x = vector(signals, weights)
    values = asked(signals, weights)
    share = len(signals.unknown) / POSSIBLY_UNKNOWN
    action = action_of(signals)
    found = []
    for i, cut in enumerate(weights.cuts):
        score = signals.text_scores[i] if i < len(signals.text_scores) else 0.0
        linear, grown = readers(cut, x, values, score)
        mean = cut.offset + cut.slope * (linear + grown) / 2.0 + cut.by_action.get(action, 0.0)
        mean -= edit_size(signals, cut)
        variance = math.fsum(s * v * v for s, v in zip(cut.spread, x, strict=True))
        variance += weights.doubt * (linear - grown) ** 2 / 4.0 + weights.unknown_variance * share
        variance += NOVEL_VARIANCE * signals.values.get("novel", 0.0)
        found.append(Reading(mean, variance, cut.margin))
    return tuple(found)


def readers(
    cut: Cut, x: Sequence[float], values: dict[str, float], score: float
) -> tuple[float, float]:
    """What the linear reader and the trees say of one cut, in logits."""
    linear = cut.intercept + cut.text_weight * score
    linear += math.fsum(a * b for a, b in zip(cut.weight, x, strict=True))
    return linear, cut.base + trees.total(cut.trees, values)


def edit_size(signals: Signals, cut: Cut) -> float:
    """Logits by which a wide edit raises the need; never below zero."""
    return math.fsum(w * signals.values.get(name, 0.0) for name, w in cut.reach.items())


def vector(signals: Signals, weights: Weights) -> list[float]:
    """The fitted signals, standardised and clipped, as the linear readers saw them."""
    values = signals.values
    return [
        min(4.0, max(-4.0, (values.get(name, 0.0) - mean) / scale))
        for name, mean, scale in zip(weights.signals, weights.mean, weights.scale, strict=True)
    ]


def asked(signals: Signals, weights: Weights) -> dict[str, float]:
    """What the trees may ask: the fitted signals and the text scores."""
    known = {name: signals.values.get(name, 0.0) for name in weights.signals}
    for i in range(weights.texts):
        known[f"text.{i}"] = signals.text_scores[i] if i < len(signals.text_scores) else 0.0
    return known


def action_of(signals: Signals) -> str:
    """The action a set of signals was measured from."""
    return next((a for a in ACTIONS if signals.values.get(f"action.{a}")), "")


def estimate(
    signals: Signals, weights: Weights, ladder: Ladder, adjustment: Adjustment | None = None
) -> Estimate:
    """The estimate for the tiers of a ladder, monotone in the tier."""
    means, bounds = [], []
    for i, reading in enumerate(readings(signals, weights)):
        mean, variance = reading.mean, reading.variance
        if adjustment is not None:
            mean += adjustment.shift[i] if i < len(adjustment.shift) else 0.0
            variance += adjustment.variance[i] if i < len(adjustment.variance) else 0.0
        means.append(sigmoid(mean))
        bounds.append(sigmoid(mean - reading.margin - Z90 * math.sqrt(max(variance, 0.0))))
    cuts = len(weights.cuts)
    stands = levels(ladder, cuts)
    need, low = _rising(means), _guarded(bounds)
    kept = _rising(accepts(signals, weights))
    if adjustment is not None and adjustment.accept is not None:
        kept = [adjustment.accept * share for share in (*need, 1.0)]
    names = ladder.names
    needs = _rising([1.0 if level >= cuts else need[level] for level in stands])
    lows = _rising([1.0 if level >= cuts else low[level] for level in stands])
    return Estimate(
        dict(zip(names, needs, strict=True)),
        dict(zip(names, lows, strict=True)),
        dict(zip(names, _rising([kept[min(level, cuts)] for level in stands]), strict=True)),
    )


def accepts(signals: Signals, weights: Weights) -> list[float]:
    """Per fitted tier: the share of its answers that is kept at all."""
    x = vector(signals, weights)
    values = asked(signals, weights)
    first = len(weights.cuts)
    found = []
    for i, accept in enumerate(weights.accepts):
        place = first + i
        score = signals.text_scores[place] if place < len(signals.text_scores) else 0.0
        mean = accept.intercept + accept.text_weight * score
        mean += math.fsum(a * b for a, b in zip(accept.weight, x, strict=True))
        grown = accept.base + trees.total(accept.trees, values)
        found.append((sigmoid(mean) + min(0.98, max(0.02, grown))) / 2)
    return found


def levels(ladder: Ladder, cuts: int) -> list[int]:
    """Which fitted cut each tier stands for; the top always stands for all of them.

    A tier is known by its name or by its model's line; one that is neither stands as high
    as the known tier below it. A ladder of unknown names is spread over the cuts.
    """
    found: list[int | None] = []
    for tier in ladder:
        line = next((i for i, n in enumerate(LINES) if n == tier.name), None)
        if line is None:
            line = next((i for i, n in enumerate(LINES) if n in tier.model), None)
        found.append(line)
    if all(level is None for level in found):
        last = max(len(found) - 1, 1)
        return [round(i * cuts / last) if i < last else cuts for i in range(len(found))]
    levels, floor = [], 0
    for level in found:
        floor = max(floor, level if level is not None else floor)
        levels.append(floor)
    levels[-1] = cuts
    return levels


def _guarded(bounds: Sequence[float]) -> list[float]:
    """A tier is only as sure as the tiers above it: whoever doubts the middle doubts the low."""
    result: list[float] = []
    lowest = 1.0
    for bound in reversed(bounds):
        lowest = min(lowest, bound)
        result.append(lowest)
    return result[::-1]


def _rising(values: Sequence[float]) -> list[float]:
    result, highest = [], 0.0
    for value in values:
        highest = max(highest, value)
        result.append(highest)
    return result
