"""What tiers really cost, compared with the forecast: learned as two ratios per tier.

A forecast knows one answer's tokens; an agentic task makes many calls. One ratio is for an action
in a language (a cell), the other for the cell and the tier. They are kept as sums of logarithms.
With few answers the second stays near the first, and the first near 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.learning.observation import Cell, LearnerAnswer

Ratios = Mapping[str, tuple[float, float]]
"""For each key the sum of log(actual / forecast), and the number of answers in it."""

PSEUDO: Final = 3.0
"""The number of answers that the wider level counts as."""
MOST: Final = math.log(1000.0)
"""The largest logarithm that counts: a ratio beyond a thousand is a mistake and no price."""


def corrected(ratios: Ratios, cell: Cell, costs: Sequence[float]) -> tuple[float, ...]:
    """The forecasts (nano-dollars per tier, cheapest first), corrected by what such tasks really
    cost.
    """
    total, count = ratios.get(cell.key, (0.0, 0.0))
    shared = total / (count + PSEUDO)
    made = []
    for rank, cost in enumerate(costs):
        total, count = ratios.get(f"{cell.key}#{rank}", (0.0, 0.0))
        made.append(cost * math.exp((total + PSEUDO * shared) / (count + PSEUDO)))
    return tuple(made)


def learned(
    ratios: Ratios, cell: Cell, costs: Sequence[float], answers: Sequence[LearnerAnswer]
) -> Ratios:
    """The ratios of actual cost to forecast after some more answers.

    Answers whose actual cost is not known change nothing.
    """
    made = dict(ratios)
    for answer in answers:
        if not answer.cost or answer.tier >= len(costs) or costs[answer.tier] <= 0:
            continue
        seen = max(-MOST, min(MOST, math.log(answer.cost / costs[answer.tier])))
        for key in (cell.key, f"{cell.key}#{answer.tier}"):
            total, count = made.get(key, (0.0, 0.0))
            made[key] = (total + seen, count + 1)
    return made
