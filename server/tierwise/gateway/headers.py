"""The headers of an answer, which tell a client how its call was routed."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.money import to_usd
from tierwise.core.tiers import Tier
from tierwise.gateway.call import Call, CallPlan, action_of


def shown(
    call: Call, plan: CallPlan, tier: Tier, changed: Sequence[str], leaked: int = 0
) -> dict[str, str]:
    """The headers that tell a client which model and tier answered its call, and why.

    They say what the router would have chosen only if it has decided already. If the client named
    the model, the router decides after the call was sent.

    `changed` names the fields of the body that were changed beside the model. `leaked` counts the
    secrets that this call sent for the first time.
    """
    task = plan.task
    decision = task.decision if task is not None else plan.decision
    found = {
        "x-tierwise-kind": call.kind,
        "x-tierwise-tier": tier.name,
        "x-tierwise-model": tier.model,
    }
    if task is not None:
        found["x-tierwise-task"] = task.task_id
    if decision is not None:
        found["x-tierwise-cause"] = decision.cause
        if decision.final:
            named = decision.confidence_tier or decision.first
            found["x-tierwise-routed"] = decision.routed
            found["x-tierwise-confidence"] = f"{named}={decision.confidence:.2f}"
        if tier.name in decision.cost:
            found["x-tierwise-forecast-usd"] = f"{to_usd(decision.cost[tier.name]):.6f}"
    secrets = task.secrets if task is not None else leaked
    if secrets:
        found["x-tierwise-secrets"] = str(secrets)
    team = _by_team(call, plan, tier)
    if team is not None:
        found["x-tierwise-team"] = team
    if changed:
        found["x-tierwise-changed"] = ", ".join(changed)
    return found


def _by_team(call: Call, plan: CallPlan, tier: Tier) -> str | None:
    """The team's rule that names the tier of this call: "floor" for the action's lowest tier, "cap"
    for the highest tier. None if neither does.

    The router may have chosen that tier without the rule. None also if the call went to another
    tier because its own failed.
    """
    if not plan.routed or tier.name != plan.tier.name:
        return None
    if tier.name == call.rules.floors.get(action_of(call.headers)):
        return "floor"
    return "cap" if tier.name == call.rules.max_tier else None
