"""The decision: a pure function of estimate and situation, in six steps that each say why.

They are route, floors, explicit choice, thread, budget (with the caps on tiers and the team's
rules) and availability. Nothing else changes a tier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tierwise.core.decision import (
    Cause,
    Decision,
    Estimate,
    Reason,
    Signals,
)
from tierwise.core.situation import Situation
from tierwise.routing import evidence
from tierwise.routing.draft import Making, raise_to_bound
from tierwise.routing.overrides import strongest


def decide(
    signals: Signals,
    estimate: Estimate,
    situation: Situation,
    *,
    id: str = "",
    weights: str = "",
    signs: Sequence[Reason] = (),
) -> Decision:
    """Decide which tier answers.

    `signs` are reasons that name the strongest signals. Two of them at most come first in the
    decision's reasons. Pure.
    """
    chosen = evidence.choose(signals, estimate, situation)
    told = evidence.said(situation)
    if told is not None:
        estimate = evidence.fused(estimate, told, situation.ladder, situation.opinion_table)
    learned = situation.learned.first if situation.learned is not None else None
    if learned is not None and learned in situation.ladder and told is None:
        chosen = replace(chosen, point=learned, bound=learned)
    first = chosen.point
    draft = Making(first)
    draft.reasons.extend(signs[:2])
    raise_to_bound(draft, chosen, estimate, situation)
    _opinion(draft, first, situation)
    propensity = _trial(draft, estimate, situation)
    _floors(draft, situation)
    routed = draft.tier
    soft_to = _soft_target(estimate, situation, routed, draft)
    _choice(draft, situation, routed)
    if not draft.explicit:
        _thread(draft, estimate, situation)
        _budget(draft, estimate, situation, soft_to)
    _cap(draft, situation)
    _team(draft, situation)
    _availability(draft, situation)
    cost = expected_spend(estimate, situation)
    shown = confidence_tier(first, situation)
    return Decision(
        first=first,
        routed=routed,
        answering=draft.tier,
        confidence=estimate.need[shown],
        cause=draft.cause,
        estimate=estimate,
        cost=cost,
        reasons=tuple(draft.reasons),
        signals=signals,
        propensity=propensity,
        soft=soft_to is not None and not draft.explicit,
        explicit=draft.explicit,
        weights=weights,
        id=id,
        confidence_tier=shown,
        expected_loss=chosen.losses,
        rule=situation.rule,
    )


def confidence_tier(first: str, situation: Situation) -> str:
    """The tier whose confidence is shown: `first`, or the tier below it if `first` is the top.

    The top's own confidence is always 1. Under the rule `target-1` it is `first` in any case.
    """
    if situation.rule == "target-1" or first != situation.ladder.top:
        return first
    return situation.ladder.below(first) or first


def expected_spend(estimate: Estimate, situation: Situation) -> Mapping[str, int]:
    """What a start at each tier will probably cost in nano-dollars: one attempt and its escalation.

    The next tier up is added as often as an answer fails. Tiers without a known cost are left out.
    """
    names = situation.ladder.names
    result: dict[str, int] = {}
    for i, name in enumerate(names):
        own = situation.cost.get(name)
        if own is None:
            continue
        above = names[i + 1] if i + 1 < len(names) else None
        fails = situation.escalates.get(name, 1.0 - estimate.accept[name])
        extra = situation.cost.get(above, 0) if above else 0
        result[name] = round(own + fails * extra)
    return result


def fail_safe(situation: Situation, error: str) -> Decision:
    """The decision when the router itself failed: the top tier, or what the operator chose.

    Caps on tiers, the team's rules and availability still apply. `error` is the name of the
    exception.
    """
    ladder = situation.ladder
    flat = dict.fromkeys(ladder.names, 0.0) | {ladder.top: 1.0}
    estimate = Estimate(flat, flat, flat)
    draft = Making(ladder.top, "uncertain")
    draft.say("route", "router_failed", error=error)
    _choice(draft, situation, ladder.top)
    _cap(draft, situation)
    _team(draft, situation)
    _availability(draft, situation)
    return Decision(
        first=ladder.top,
        routed=ladder.top,
        answering=draft.tier,
        confidence=0.0,
        cause=draft.cause,
        estimate=estimate,
        cost=dict(situation.cost),
        reasons=tuple(draft.reasons),
        explicit=draft.explicit,
        rule=situation.rule,
    )


def moved(decision: Decision, to: str, cause: Cause, reason: Reason) -> Decision:
    """The decision with another tier answering, and with the reason for it added."""
    return replace(
        decision,
        answering=to,
        cause=cause,
        reasons=(*decision.reasons, reason),
        final=True,
    )


def _opinion(draft: Making, first: str, situation: Situation) -> None:
    """Add the reason for a second opinion.

    Under `loss-2` it has changed the estimate already. Under an older rule it sets the tier here:
    the higher one of the opinion's and that of the point estimate. An opinion that gave no usable
    answer changes no tier.
    """
    said = situation.opinion
    if said is None:
        return
    if said not in situation.ladder:
        draft.say("route", "no_opinion")
        return
    if situation.rule == "loss-2":
        draft.say("route", "opinion", said=said, first=draft.tier if draft.tier != said else None)
        return
    tier = situation.ladder.higher(first, said)
    cause: Cause = "routed" if tier == first else "uncertain"
    draft.move(tier, cause, "route", "opinion", said=said, first=first if tier != said else None)


def _trial(draft: Making, estimate: Estimate, situation: Situation) -> float:
    """Make a trial one tier down, if the operator allowed trials and the task is soft.

    Returns the probability of what was chosen, the propensity.
    """
    if situation.trial is None:
        return 1.0
    below = situation.ladder.below(draft.tier)
    if below is None or estimate.need[below] < situation.soft_target or situation.floors:
        return 1.0
    if situation.trial >= situation.trial_share:
        return 1.0 - situation.trial_share
    draft.move(below, "trial", "route", "trial", tier=below, instead_of=draft.tier)
    return situation.trial_share


def _floors(draft: Making, situation: Situation) -> None:
    for floor in situation.floors:
        if situation.ladder.rank(floor.tier) > situation.ladder.rank(draft.tier):
            rule, subject, tier = floor.rule, floor.subject, floor.tier
            draft.move(tier, "floor", "floor", "floor", rule=rule, subject=subject, tier=tier)


def _choice(draft: Making, situation: Situation, routed: str) -> None:
    choice = strongest(c for c in situation.choices if c.tier in situation.ladder)
    if choice is not None:
        cause: Cause = "override" if choice.scope == "task" else "pin"
        draft.explicit = True
        draft.tier, draft.cause = choice.tier, cause
        draft.say("choice", "chosen", scope=choice.scope, tier=choice.tier)
    elif (to := situation.remap.get(routed)) is not None and to in situation.ladder:
        draft.explicit = True
        draft.tier, draft.cause = to, "remap"
        draft.say("choice", "remapped", tier=routed, to=to)
    else:
        return
    for floor in situation.floors:
        above = situation.ladder.rank(floor.tier) > situation.ladder.rank(draft.tier)
        if above and floor.rule != "team":
            draft.say("floor", "floor_overruled", rule=floor.rule, subject=floor.subject)


def _thread(draft: Making, estimate: Estimate, situation: Situation) -> None:
    warm = situation.warm
    if warm is None or warm.tier not in situation.ladder or warm.tier == draft.tier:
        return
    ladder = situation.ladder
    if ladder.rank(warm.tier) < ladder.rank(draft.tier):
        return
    stay, leave = warm.remaining_cost.get(warm.tier), warm.remaining_cost.get(draft.tier)
    turns = warm.break_even_turns.get(draft.tier)
    if stay is None or leave is None or stay >= leave:
        if turns is not None:
            draft.say(
                "thread", "cache_left", tier=warm.tier, tokens=warm.prefix_tokens, turns=turns
            )
        return
    tier, tokens = warm.tier, warm.prefix_tokens
    draft.move(tier, "thread", "thread", "cache_keeps", tier=tier, tokens=tokens, turns=turns)


def _soft_target(
    estimate: Estimate, situation: Situation, routed: str, draft: Making
) -> str | None:
    """The tier for this task when money is short; None where a floor decided or there is none."""
    if draft.cause == "floor":
        return None
    return soft_tier(estimate, situation, routed)


def soft_tier(estimate: Estimate, situation: Situation, tier: str) -> str | None:
    """The cheapest tier below `tier` that is still good enough; None if there is none.

    A tier is good enough if P(need <= that tier) reaches the soft target. A soft task goes there
    when the budget is nearly used up, or when a call does not fit what is left.
    """
    ladder = situation.ladder
    for name in ladder.names[: ladder.rank(tier)]:
        if estimate.need[name] >= situation.soft_target:
            return name
    return None


def _budget(draft: Making, estimate: Estimate, situation: Situation, soft_to: str | None) -> None:
    if situation.budget == "ok" or soft_to is None:
        return
    ladder = situation.ladder
    if ladder.rank(soft_to) >= ladder.rank(draft.tier):
        return
    spend = expected_spend(estimate, situation)
    if situation.warm is not None:
        spend = {**spend, **situation.warm.remaining_cost}
    here, there = spend.get(draft.tier), spend.get(soft_to)
    if here is None or there is None:
        return
    if there >= here:
        draft.say("budget", "budget_no_help", tier=soft_to)
        return
    draft.move(
        soft_to,
        "budget",
        "budget",
        "budget",
        tier=soft_to,
        estimate=estimate.need[soft_to],
        instead_of=draft.tier,
    )


def _cap(draft: Making, situation: Situation) -> None:
    cap, ladder = situation.cap, situation.ladder
    if cap is None or cap not in ladder or draft.explicit:
        return
    if ladder.rank(draft.tier) > ladder.rank(cap):
        draft.move(cap, "budget", "budget", "cap", tier=cap)


def _team(draft: Making, situation: Situation) -> None:
    """Apply the team's rules. They bind even the operator's choice, because the team pays."""
    ladder, cap = situation.ladder, situation.team_cap
    for floor in situation.floors:
        if floor.rule == "team" and ladder.rank(floor.tier) > ladder.rank(draft.tier):
            tier, subject = floor.tier, floor.subject
            draft.move(tier, "floor", "floor", "floor", rule="team", subject=subject, tier=tier)
    if cap is not None and cap in ladder and ladder.rank(draft.tier) > ladder.rank(cap):
        draft.move(cap, "budget", "budget", "team_cap", tier=cap)


def _availability(draft: Making, situation: Situation) -> None:
    why = situation.blocked.get(draft.tier)
    if why is None or draft.explicit:
        return
    ladder = situation.ladder
    up = ladder.above(draft.tier)
    order = situation.fallback.get(draft.tier, (up,) if up else ())
    for name in order:
        if name in ladder and name not in situation.blocked and situation.allows(name):
            args = {"tier": draft.tier, "why": why, "to": name}
            draft.move(name, "failover", "availability", "unavailable", **args)
            return
