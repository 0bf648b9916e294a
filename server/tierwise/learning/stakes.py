"""What a first tier is expected to cost in all, by the learner's belief, and which costs least.

There is one loss: spend + redo cost x every answer that is not kept. Where answers fail whatever
the tier, asking the cheap tier first costs three failed answers instead of one. Where it nearly
always suffices, nothing is cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core import loss
from tierwise.learning.belief import Belief

HYSTERESIS: Final = 0.02
"""Share of the loss that another tier must save before it replaces the shipped rule's choice."""


def expected(believed: Belief, first: int, costs: Sequence[float], redo: float) -> float:
    """Expected loss of starting at a tier and going one up after each discard, in the unit of the
    costs.
    """
    return loss.by_outcome(believed.kept, costs, first, redo)


def best(believed: Belief, costs: Sequence[float], redo: float, default: int) -> int:
    """The first tier with the least expected loss; `default` unless another one saves enough."""
    losses = [expected(believed, tier, costs, redo) for tier in range(len(costs))]
    winner = min(range(len(losses)), key=losses.__getitem__)
    return winner if losses[winner] < losses[default] * (1 - HYSTERESIS) else default
