"""What a client is told of a call in the headers of its answer."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.money import to_usd
from tierwise.core.tiers import Tier
from tierwise.gateway.planning import Call, CallPlan


def shown(call: Call, plan: CallPlan, tier: Tier, changed: Sequence[str]) -> dict[str, str]:
    """The headers of an answer by `tier`; `changed` names what was spliced beyond the model."""
    task = plan.task
    decision = task.decision if task is not None else plan.decision
    found = {"x-tierwise-kind": call.kind, "x-tierwise-tier": tier.name}
    if task is not None:
        found["x-tierwise-task"] = task.task_id
    if decision is not None:
        named = decision.confidence_tier or decision.first
        found["x-tierwise-routed"] = decision.routed
        found["x-tierwise-confidence"] = f"{named}={decision.confidence:.2f}"
        found["x-tierwise-cause"] = decision.cause
        if tier.name in decision.cost:
            found["x-tierwise-forecast-usd"] = f"{to_usd(decision.cost[tier.name]):.6f}"
    if task is not None and task.secrets:
        found["x-tierwise-secrets"] = str(task.secrets)
    if changed:
        found["x-tierwise-changed"] = ", ".join(changed)
    return found
