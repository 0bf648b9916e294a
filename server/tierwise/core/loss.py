"""The one loss: what a first tier is expected to cost over the whole course of a task.

A course starts at a tier and goes one tier up after each answer that is not kept. Its loss is the
spend of all calls on the way, and what a wrong answer costs the operator for every answer that is
not kept. What a request needs is not known, so the loss is a mean over what it may need.
Costs and losses have one unit (nano-dollars in the product); tiers stand cheapest first.
"""

from __future__ import annotations

from collections.abc import Sequence


def course(kept: Sequence[float], costs: Sequence[float], first: int, wrong: float) -> float:
    """The expected loss of asking tier `first`, then one tier up after each answer that is not
    kept.

    `kept` is, per tier, the chance that its answer is kept, `wrong` the loss of one that is not.
    """
    total, reached = 0.0, 1.0
    for share, cost in zip(kept[first:], costs[first:], strict=True):
        total += reached * (cost + wrong * (1.0 - share))
        reached *= 1.0 - share
    return total


def by_need(
    need: Sequence[float],
    table: Sequence[float],
    costs: Sequence[float],
    first: int,
    wrong: float,
    deep: float = 1.0,
) -> float:
    """The expected loss of a request whose P(need <= tier) is `need`, if tier `first` is asked
    first.

    `table` holds the share of answers that are kept: by the tier that is needed, by one tier below
    it, by two below it. `deep` multiplies the loss of a wrong answer where the top tier is needed.
    """
    total, below = 0.0, 0.0
    for needed, share in enumerate(need):
        exact, below = share - below, share
        if exact > 0.0:
            kept = [table[min(max(0, needed - t), len(table) - 1)] for t in range(len(costs))]
            price = wrong * deep if needed == len(need) - 1 else wrong
            total += exact * course(kept, costs, first, price)
    return total


def by_outcome(solved: Sequence[float], costs: Sequence[float], first: int, wrong: float) -> float:
    """The expected loss of a task that each tier solves with the chance `solved`.

    It is assumed that higher tiers solve whatever a tier solves, and that a tier which failed would
    fail again. So a tier is asked with the probability that the one below it fails.
    """
    total = 0.0
    for tier in range(first, len(costs)):
        reached = 1.0 if tier == first else 1.0 - solved[tier - 1]
        total += reached * costs[tier] + wrong * (1.0 - solved[tier])
    return total
