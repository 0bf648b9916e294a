"""Which tier a turn needed, as far as its answer tells: not which one the operator forced on it."""

from __future__ import annotations

from typing import Final

from tierwise.tasks.task.task import Task

CHOSEN: Final = frozenset({"override", "pin", "remap"})
"""Causes by which the operator, not the router, named the tier."""
KEPT_WARM: Final = frozenset({"thread", "failover"})
"""Causes by which a tier answered because it was at hand."""


def needed(task: Task) -> str | None:
    """The tier the turn needed; None where nothing tells.

    A choice of the operator's says what was wanted. What was needed is then the likeliest need by
    the estimate, or the chosen tier where that is cheaper and was kept. A redo on a higher tier is
    an outcome: the lower one did not do.
    """
    decision = task.decision
    tiers = list(decision.estimate.need)
    if decision.cause in KEPT_WARM:
        return decision.routed
    if decision.cause not in CHOSEN or decision.answering not in tiers:
        return decision.answering
    earlier = {str(record["tier"]) for record in task.earlier_records}
    lower = {*tiers[: tiers.index(decision.answering)]}
    if earlier & lower and decision.cause == "override":
        return decision.answering
    if decision.first not in tiers:
        return None
    return min(decision.answering, decision.first, key=tiers.index)
