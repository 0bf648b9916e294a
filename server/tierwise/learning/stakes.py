"""What a first tier is expected to cost in all, as the learner believes, and which is the least.

One loss: spend + redo cost x every answer that is not kept. Where answers fail for good, asking
the cheap tier first costs three looks instead of one; where it nearly always suffices, nothing is
cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core import loss
from tierwise.learning.belief import Belief

HYSTERESIS: Final = 0.02
"""Share of the loss another tier must save before it replaces what the shipped rule takes."""


def expected(believed: Belief, first: int, costs: Sequence[float], redo: float) -> float:
    """Expected loss of starting at a tier and going one up after each discard, in cost's unit."""
    return loss.by_outcome(believed.kept, costs, first, redo)


def best(believed: Belief, costs: Sequence[float], redo: float, default: int) -> int:
    """The first tier that is cheapest in expectation; `default` unless another saves enough."""
    losses = [expected(believed, tier, costs, redo) for tier in range(len(costs))]
    winner = min(range(len(losses)), key=losses.__getitem__)
    return winner if losses[winner] < losses[default] * (1 - HYSTERESIS) else default
