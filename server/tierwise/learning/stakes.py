"""What a first tier is expected to cost in all, and the confidence to ask for so that it is taken.

One loss: spend + redo cost x every answer that is not kept. Where answers fail for good, asking
the cheap tier first costs three looks instead of one; where it nearly always suffices, nothing is
cheaper. The confidence worth asking for follows from prices and from how often answers are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.learning.belief import Belief

HYSTERESIS: Final = 0.02
"""Share of the loss another tier must save before it replaces what the shipped target takes."""


def expected(believed: Belief, first: int, costs: Sequence[float], redo: float) -> float:
    """Expected loss of starting at a tier and going one up after each discard, in cost's unit."""
    total = 0.0
    for tier in range(first, len(costs)):
        reached = 1.0 if tier == first else 1.0 - believed.kept[tier - 1]
        total += reached * costs[tier] + redo * (1.0 - believed.kept[tier])
    return total


def best(believed: Belief, costs: Sequence[float], redo: float, default: int) -> int:
    """The first tier that is cheapest in expectation; `default` unless another saves enough."""
    losses = [expected(believed, tier, costs, redo) for tier in range(len(costs))]
    winner = min(range(len(losses)), key=losses.__getitem__)
    return winner if losses[winner] < losses[default] * (1 - HYSTERESIS) else default


def taken(shares: Sequence[float], target: float) -> int:
    """The cheapest tier whose share reaches the target, as the policy takes it; else the top."""
    return next((i for i, share in enumerate(shares) if share >= target), len(shares) - 1)


def target(lower: Sequence[float], wanted: int, default: float) -> float:
    """The confidence target under which a policy that reads `lower` takes the tier `wanted`.

    The configured one where it does so already. Equal bounds cannot be told apart by a target;
    then the cheapest of the equals is taken.
    """
    if taken(lower, default) == wanted:
        return default
    below = lower[wanted - 1] if wanted else 0.0
    return lower[wanted] if lower[wanted] < default else (below + lower[wanted]) / 2
