"""The estimate: per tier P(need <= tier), a lower bound of it, and accept.

The need is the cheapest tier whose answer would do. Accept is P(an answer is kept). For an editor's
requests it follows from the need by a table: the share kept by the tier needed, by one below it, by
two. For work like that of the measured tasks it is fitted on their outcomes. The two are blended by
how much a request looks like those tasks.

A cut is the border between two neighbouring tiers. For each, three fitted models (linear, boosted
trees, forest) give a logit of P(need <= the tier below the cut). The estimate is their calibrated
mean, plus what was learned. The lower bound is that minus a fixed margin and minus 1.28 standard
deviations (the 90 % point of a normal distribution). The variance is a sum: of the linear model's
weights at these signals, of how far the models disagree, of the share of unknown signals, of words
that the fit never saw, and of what was learned. With a mean of 2.0 (88 %), a margin of 0.3 and a
variance of 0.25, the bound is 2.0 - 0.3 - 0.64 = 1.06 (74 %).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from tierwise.core.decision import Adjustment, Estimate, Signals
from tierwise.core.tiers import Ladder
from tierwise.routing.reading import read
from tierwise.routing.scale import sigmoid
from tierwise.routing.surroundings import LINES
from tierwise.routing.weights import Weights

Z90: Final = 1.28


def estimate(
    signals: Signals, weights: Weights, ladder: Ladder, adjustment: Adjustment | None = None
) -> Estimate:
    """For each tier of a ladder P(need <= tier), its lower bound and P(its answer is kept).

    None of them falls from a cheaper tier to a dearer one. `adjustment` is what outcomes taught;
    without it the estimate is that of the shipped weights.
    """
    means, bounds = [], []
    found = read(signals, weights)
    for i, reading in enumerate(found.readings):
        mean, variance = reading.mean, reading.variance
        if adjustment is not None:
            mean += adjustment.shift[i] if i < len(adjustment.shift) else 0.0
            variance += adjustment.variance[i] if i < len(adjustment.variance) else 0.0
        means.append(sigmoid(mean))
        bounds.append(sigmoid(mean - reading.margin - Z90 * math.sqrt(max(variance, 0.0))))
    cuts = len(weights.cuts)
    stands = levels(ladder, cuts)
    need, low = _rising(means), _guarded(bounds)
    learned = adjustment.accept if adjustment is not None else None
    likeness, table = found.likeness, weights.kept
    if learned is not None:
        likeness, table = 0.0, tuple(learned * share / table[0] for share in table)
    solved = _rising(found.accepts)
    kept = _kept([*need, 1.0], table, solved, likeness)
    names = ladder.names
    needs = _rising([1.0 if level >= cuts else need[level] for level in stands])
    lows = _rising([1.0 if level >= cuts else low[level] for level in stands])
    return Estimate(
        need=dict(zip(names, needs, strict=True)),
        lower=dict(zip(names, lows, strict=True)),
        accept=dict(zip(names, _rising([kept[min(level, cuts)] for level in stands]), strict=True)),
        solved={name: solved[min(level, cuts)] for name, level in zip(names, stands, strict=True)},
        likeness=likeness,
        table=table,
    )


def _kept(
    need: Sequence[float], table: Sequence[float], solved: Sequence[float], likeness: float
) -> list[float]:
    """P(kept) per fitted tier: what follows from the need, blended with what measured
    tasks showed.
    """
    exact = [share - below for share, below in zip(need, (0.0, *need), strict=False)]
    made = []
    for tier, measured in enumerate(solved):
        told = math.fsum(p * table[max(0, n - tier)] for n, p in enumerate(exact))
        made.append((1.0 - likeness) * told + likeness * measured)
    return _rising(made)


def levels(ladder: Ladder, cuts: int) -> list[int]:
    """For each tier of a ladder its index among the tiers that the fit knows, 0 for the lowest.

    The top of a ladder is always the top of the fit. A tier is recognized by its name or by the
    name in its model's id. A tier that is not recognized gets the index of the recognized tier
    below it, or 0. If no tier is recognized, the ladder is spread evenly.
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
    """The bounds, none higher than that of a tier above: who doubts the middle tier doubts the low
    one.
    """
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
