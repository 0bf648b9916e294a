"""Which tier a turn needed, as far as its answer shows that. The operator's choice does
not count.
"""

from __future__ import annotations

from typing import Final

from tierwise.tasks.task.task import Task

CHOSEN: Final = frozenset({"override", "pin", "remap"})
"""Causes by which the operator, not the router, named the tier."""
KEPT_WARM: Final = frozenset({"thread", "failover"})
"""Causes by which a tier answered only because it was available or had a warm cache."""


def needed(task: Task) -> str | None:
    """The tier the turn needed. None if nothing shows it.

    A choice of the operator says what was wanted, not what was needed. Then this returns the first
    tier (what the point estimate alone would take), or the chosen tier if that is cheaper. A redo
    on a higher tier is an outcome: it shows that the lower one was not good enough. A tier that
    answered only because it was available or warm counts as the routed tier.
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
