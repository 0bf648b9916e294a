"""The estimate: per tier P(need <= tier), a lower bound that widens with ignorance, and accept.

logit P(need <= t) = theta_t - w.x per cut, plus what was learned; the bound is the same
minus 1.28 standard deviations of x'Sx + k * (share of unknown signals) + learned variance,
1.28 being the 90 % point of a normal distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from tierwise.core.decision import Adjustment, Estimate, Signals
from tierwise.core.tiers import Ladder
from tierwise.routing.weights import Weights

Z90: Final = 1.28
POSSIBLY_UNKNOWN: Final = 8
"""Signals a request may leave unsaid; the share of unknown ones is of these."""
USAGE_WEIGHT: Final = (0.35, 0.35)
"""Logits by which need rises per log(1 + files that use the selected symbol), per cut.

On repair tasks the share a low tier solves falls from 70 % with one file to 41 % with two
and 14 % with three or more; the labelled requests hold no usages, so this is set from
there, at a quarter of that slope, and only ever raises the need."""
LINES: Final = ("haiku", "sonnet", "opus")


def logits(signals: Signals, weights: Weights) -> tuple[tuple[float, float], ...]:
    """Per cut: the logit of P(need <= tier) and its variance."""
    x = vector(signals, weights)
    share = len(signals.unknown) / POSSIBLY_UNKNOWN
    files = signals.values.get("usage.files", 0.0)
    found = []
    for cut in range(weights.cuts):
        score = signals.text_scores[cut] if cut < len(signals.text_scores) else 0.0
        mean = weights.intercept[cut] + weights.text_weight[cut] * score
        mean += math.fsum(a * b for a, b in zip(weights.weight[cut], x, strict=True))
        mean -= USAGE_WEIGHT[min(cut, 1)] * max(0.0, files - math.log(2))
        spread = math.fsum(s * v * v for s, v in zip(weights.spread[cut], x, strict=True))
        found.append((mean, spread + weights.unknown_variance * share))
    return tuple(found)


def vector(signals: Signals, weights: Weights) -> list[float]:
    """The standardised signals, in the order of the weights, clipped at four deviations."""
    return [
        max(-4.0, min(4.0, (signals.values.get(name, 0.0) - mean) / scale))
        for name, mean, scale in zip(weights.signals, weights.mean, weights.scale, strict=True)
    ]


def estimate(
    signals: Signals, weights: Weights, ladder: Ladder, adjustment: Adjustment | None = None
) -> Estimate:
    """The estimate for the tiers of a ladder, monotone in the tier."""
    cuts = list(logits(signals, weights))
    if adjustment is not None:
        cuts = [
            (
                mean + (adjustment.shift[i] if i < len(adjustment.shift) else 0.0),
                var + (adjustment.variance[i] if i < len(adjustment.variance) else 0.0),
            )
            for i, (mean, var) in enumerate(cuts)
        ]
    need = _rising([_sigmoid(mean) for mean, _ in cuts])
    low = _rising([_sigmoid(mean - Z90 * math.sqrt(var)) for mean, var in cuts])
    levels = _levels(ladder, weights.cuts)
    needs = _rising([1.0 if level >= weights.cuts else need[level] for level in levels])
    lows = _rising([1.0 if level >= weights.cuts else low[level] for level in levels])
    names = ladder.names
    return Estimate(
        dict(zip(names, needs, strict=True)),
        dict(zip(names, lows, strict=True)),
        {name: weights.accept_top * p for name, p in zip(names, needs, strict=True)},
    )


def _levels(ladder: Ladder, cuts: int) -> list[int]:
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


def _rising(values: Sequence[float]) -> list[float]:
    result, highest = [], 0.0
    for value in values:
        highest = max(highest, value)
        result.append(highest)
    return result


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))
