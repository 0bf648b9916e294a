"""Adds how much of the budget is spent to a decision that the budget changed."""

from __future__ import annotations

from dataclasses import replace

from tierwise.budget.limits import BudgetState
from tierwise.core.decision import Decision, ReasonArg


def with_spend(decision: Decision, budget: BudgetState) -> Decision:
    """Add the spent amount to the budget reason of a decision. The tier does not change."""
    softened = budget.softened
    if softened is None or not any(reason.code == "budget" for reason in decision.reasons):
        return decision
    scope, spent, limit = softened
    told: dict[str, ReasonArg] = {"scope": scope, "spent": spent, "limit": limit}
    reasons = (
        replace(reason, args={**reason.args, **told}) if reason.code == "budget" else reason
        for reason in decision.reasons
    )
    return replace(decision, reasons=tuple(reasons))
