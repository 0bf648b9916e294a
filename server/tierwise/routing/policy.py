"""The decision: a pure function of estimate and situation, in six steps that each say why.

Route, floors, explicit choice, thread, budget, availability; nothing else changes a tier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tierwise.core.decision import Cause, Decision, Estimate, Reason, Signals, Step
from tierwise.core.situation import Situation
from tierwise.routing.overrides import strongest

_SCOPES: Final = {
    "task": "you chose {tier} for this task",
    "conversation": "{tier} is pinned for this conversation",
    "file": "{tier} is pinned for this file",
    "action": "{tier} is pinned for this action",
    "session": "{tier} is pinned for this session",
    "project": "{tier} is pinned for this project",
}


@dataclass
class _Draft:
    """A decision in the making: the tier so far and what brought it there."""

    tier: str
    cause: Cause = "routed"
    explicit: bool = False
    reasons: list[Reason] = field(default_factory=list)

    def say(self, step: Step, text: str) -> None:
        self.reasons.append(Reason(step, text))

    def move(self, tier: str, cause: Cause, step: Step, text: str) -> None:
        if tier != self.tier:
            self.tier, self.cause = tier, cause
        self.say(step, text)


def decide(
    signals: Signals,
    estimate: Estimate,
    situation: Situation,
    *,
    id: str = "",
    weights: str = "",
    signs: Sequence[str] = (),
) -> Decision:
    """Decide. `signs` are the strongest signals in words, said first. Pure."""
    first = _cheapest(estimate.need, situation.confidence_target, situation)
    draft = _Draft(_cheapest(estimate.lower, situation.confidence_target, situation))
    for sign in signs[:2]:
        draft.say("note", sign)
    if draft.tier != first:
        draft.cause = "uncertain"
        draft.say(
            "route",
            f"unsure: {_label(first)} {_percent(estimate.need[first])}, at least"
            f" {_percent(estimate.lower[first])}, {_percent(situation.confidence_target)} is asked",
        )
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
    _availability(draft, situation)
    cost = expected_spend(estimate, situation)
    return Decision(
        first=first,
        routed=routed,
        answering=draft.tier,
        confidence=estimate.need[first],
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
    )


def expected_spend(estimate: Estimate, situation: Situation) -> Mapping[str, int]:
    """Forecast per tier in nano-dollars: one attempt, and the next tier up as often as it fails."""
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


def fail_safe(situation: Situation, why: str) -> Decision:
    """The decision when the router itself failed: the top tier, or what the operator chose."""
    ladder = situation.ladder
    flat = dict.fromkeys(ladder.names, 0.0) | {ladder.top: 1.0}
    estimate = Estimate(flat, flat, flat)
    draft = _Draft(ladder.top, "uncertain")
    draft.say("route", f"{why}: the top tier, to be safe")
    _choice(draft, situation, ladder.top)
    _cap(draft, situation)
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
    )


def moved(decision: Decision, to: str, cause: Cause, step: Step, text: str) -> Decision:
    """The same decision with another tier answering, and the reason said."""
    return replace(
        decision,
        answering=to,
        cause=cause,
        reasons=(*decision.reasons, Reason(step, text)),
        final=True,
    )


def _opinion(draft: _Draft, first: str, situation: Situation) -> None:
    """What a second opinion changes: between the point estimate's tier and the top, never below.

    So whoever might steer it with words gets at most what the offline estimate took for the
    likeliest, and an opinion that did not come leaves the tier where uncertainty put it.
    """
    said = situation.opinion
    if said is None:
        return
    if said not in situation.ladder:
        draft.say("route", "the second opinion did not come, so the tier stays")
        return
    tier = situation.ladder.higher(first, said)
    text = f"second opinion: {_label(said)}"
    if tier != said:
        text += f", but the estimate says {_label(first)}"
    draft.move(tier, "routed" if tier == first else "uncertain", "route", text)


def _trial(draft: _Draft, estimate: Estimate, situation: Situation) -> float:
    """A trial one tier down, where the operator allowed it and a downgrade is tolerable."""
    if situation.trial is None:
        return 1.0
    below = situation.ladder.below(draft.tier)
    if below is None or estimate.need[below] < situation.soft_target or situation.floors:
        return 1.0
    if situation.trial >= situation.trial_share:
        return 1.0 - situation.trial_share
    draft.move(below, "trial", "route", f"a trial: {_label(below)} instead of {_label(draft.tier)}")
    return situation.trial_share


def _floors(draft: _Draft, situation: Situation) -> None:
    for floor in situation.floors:
        if situation.ladder.rank(floor.tier) > situation.ladder.rank(draft.tier):
            draft.move(floor.tier, "floor", "floor", f"{floor.why}: at least {_label(floor.tier)}")


def _choice(draft: _Draft, situation: Situation, routed: str) -> None:
    choice = strongest(c for c in situation.choices if c.tier in situation.ladder)
    if choice is not None:
        cause: Cause = "override" if choice.scope == "task" else "pin"
        draft.explicit = True
        draft.tier, draft.cause = choice.tier, cause
        draft.say("choice", _SCOPES[choice.scope].format(tier=_label(choice.tier)))
    elif (to := situation.remap.get(routed)) is not None and to in situation.ladder:
        draft.explicit = True
        draft.tier, draft.cause = to, "remap"
        draft.say("choice", f"you gave {_label(routed)}'s tasks to {_label(to)}")
    else:
        return
    for floor in situation.floors:
        if situation.ladder.rank(floor.tier) > situation.ladder.rank(draft.tier):
            draft.say("floor", f"{floor.why}, but your choice holds")


def _thread(draft: _Draft, estimate: Estimate, situation: Situation) -> None:
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
                "thread",
                f"leaving {_label(warm.tier)}'s {warm.prefix_tokens:,} cached tokens pays after"
                f" {turns} {'turn' if turns == 1 else 'turns'}",
            )
        return
    after = f"; leaving pays after {turns} turns" if turns is not None else ""
    draft.move(
        warm.tier,
        "thread",
        "thread",
        f"{_label(warm.tier)} has {warm.prefix_tokens:,} cached tokens, staying is cheaper{after}",
    )


def _soft_target(
    estimate: Estimate, situation: Situation, routed: str, draft: _Draft
) -> str | None:
    """The cheapest tier below with a point estimate good enough, None where there is none."""
    if draft.cause == "floor":
        return None
    ladder = situation.ladder
    for name in ladder.names[: ladder.rank(routed)]:
        if estimate.need[name] >= situation.soft_target:
            return name
    return None


def _budget(draft: _Draft, estimate: Estimate, situation: Situation, soft_to: str | None) -> None:
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
        draft.say("budget", f"{_label(soft_to)} would not cost less here, so the tier stays")
        return
    draft.move(
        soft_to,
        "budget",
        "budget",
        f"the budget is nearly used up: {_label(soft_to)}"
        f" ({_percent(estimate.need[soft_to])}) instead of {_label(draft.tier)}",
    )


def _cap(draft: _Draft, situation: Situation) -> None:
    cap = situation.cap
    if cap is None or cap not in situation.ladder or draft.explicit:
        return
    if situation.ladder.rank(draft.tier) > situation.ladder.rank(cap):
        draft.move(cap, "budget", "budget", f"this workspace allows {_label(cap)} at most")


def _availability(draft: _Draft, situation: Situation) -> None:
    why = situation.blocked.get(draft.tier)
    if why is None or draft.explicit:
        return
    ladder = situation.ladder
    up = ladder.above(draft.tier)
    order = situation.fallback.get(draft.tier, (up,) if up else ())
    for name in order:
        if name in ladder and name not in situation.blocked:
            draft.move(
                name, "failover", "availability", f"{_label(draft.tier)} is {why}: {_label(name)}"
            )
            return


def _cheapest(shares: Mapping[str, float], target: float, situation: Situation) -> str:
    for name in situation.ladder.names:
        if shares[name] >= target:
            return name
    return situation.ladder.top


def _label(tier: str) -> str:
    return tier[:1].upper() + tier[1:]


def _percent(share: float) -> str:
    whole = round(share * 100)
    return f"{99 if whole == 100 and share < 1 else whole} %"
