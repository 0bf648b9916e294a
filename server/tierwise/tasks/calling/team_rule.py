"""Handles a team's gateway that lets another tier answer than this editor window decided.

The window knows the team's rules and decides by them. This is for what it could not know: a rule
that just changed, a team that pays for only some tiers, or a failure behind the gateway.
"""

from __future__ import annotations

import contextlib
from typing import Final

from tierwise.core.decision import Cause, Decision, Reason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.tiers import Ladder, Tier
from tierwise.models.call import Trace
from tierwise.present import notices
from tierwise.routing import policy
from tierwise.tasks.calling.failover import AttemptPlan
from tierwise.tasks.money.answering import answering
from tierwise.tasks.money.settling import PaidCall

_CAUSES: Final[dict[str, Cause]] = {"floor": "floor", "cap": "budget"}


async def follow(plan: AttemptPlan, call: PaidCall) -> None:
    """Adapt to the answer of a team's gateway that used another tier than was asked for: reserve at
    that tier's prices, and move the task's decision to it.
    """
    task, world = plan.task, plan.world
    with contextlib.suppress(LedgerUnavailable):
        # If this fails, the settlement tries it again.
        await world.settling.held_for_answering(call)
    ladder, trace = world.window.ladder, call.trace
    tier = answering(ladder, plan.place, trace.model)
    if tier is not None and tier.name == plan.place.name:
        task.noticed(notices.other_model(tier.label, tier.model))
    moved = ruled(task.decision, trace, ladder, plan.place, task.request.action)
    if moved is None:
        return
    task.run.answers_through(plan.place.name, moved.answering)
    task.decided(moved)
    if task.run.situation is not None:
        world.journal.decided(task, task.run.situation)


def ruled(
    decision: Decision, trace: Trace, ladder: Ladder, asked: Tier, action: str
) -> Decision | None:
    """The task's decision, moved to the tier that a team's gateway let answer. None if that tier is
    the one decided on, or the gateway names no model. Pure.

    `trace` says which model answered and by which rule of the team. `asked` is the tier that was
    called.
    """
    tier = answering(ladder, asked, trace.model) or asked
    to = tier.name
    if not trace.model or to == decision.answering:
        return None
    if trace.team == "floor":
        reason = Reason.of("floor", "floor", rule="team", subject=action, tier=to)
    elif trace.team == "cap":
        reason = Reason.of("budget", "team_cap", tier=to)
    else:
        reason = Reason.of("availability", "team_answered", tier=to)
    return policy.moved(decision, to, _CAUSES.get(trace.team, "failover"), reason)
