"""The estimate: per tier P(need <= tier), a lower bound that widens with ignorance, and accept.

Accept is P(an answer is kept). For an editor's requests it follows from the need through a table
by distance; for work like that of the measured tasks it is fitted on their outcomes. The two are
blended by how much a request looks like those tasks.

Per cut between tiers the logit is the calibrated mean of three readers (linear, boosted trees,
forest), plus what was learned. The bound is that minus the cut's margin and 1.28 standard
deviations of: the linear reader's x'Sx, the readers' disagreement, the share of unknown signals,
learned variance. 1.28 is the 90 % point of a normal distribution.
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
    """The estimate for the tiers of a ladder, monotone in the tier."""
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
    """The fitted cut that each tier corresponds to.

    The top tier always corresponds to the last one.

    A tier is recognized by its name or by its model's line. A tier that is not recognized counts as
    high as the recognized tier below it. If no tier is recognized, the ladder is spread over the
    cuts.
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
