"""A decision that is being made: the tier so far and the reasons for it. Its first step is here as
well: it raises the tier to that of the lower bound.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Cause, Estimate, Reason, ReasonArg, ReasonCode, Step
from tierwise.core.situation import Situation
from tierwise.routing import first as first_tier

SURE: Final = 0.8
"""If the lower bound of the chosen tier is below this, the tier was chosen because a redo is cheap.
A reason says so."""


@dataclass
class Making:
    """A decision that is being made: the tier so far and the reasons for it.

    `explicit` says that the operator chose the tier.
    """

    tier: str
    cause: Cause = "routed"
    explicit: bool = False
    reasons: list[Reason] = field(default_factory=list)

    def say(self, step: Step, code: ReasonCode, /, **args: ReasonArg) -> None:
        self.reasons.append(Reason(step, code, args))

    def move(
        self, to: str, cause: Cause, step: Step, code: ReasonCode, /, **args: ReasonArg
    ) -> None:
        if to != self.tier:
            self.tier, self.cause = to, cause
        self.say(step, code, **args)


def raise_to_bound(
    draft: Making, chosen: first_tier.First, estimate: Estimate, situation: Situation
) -> None:
    """Raise the tier that the estimate asks for to the one its lower bound asks for, and add the
    reasons.
    """
    first, bound = chosen.point, chosen.bound
    asked: dict[str, ReasonArg] = {
        "tier": first,
        "estimate": estimate.need[first],
        "lower": estimate.lower[first],
    }
    if situation.rule == "target-1":
        if bound != first:
            target = situation.confidence_target or first_tier.OLD_TARGET
            draft.move(bound, "uncertain", "route", "unsure", **asked, target=target)
        return
    if chosen.floor:
        floor = situation.confidence_target
        draft.move(bound, "floor", "floor", "confidence_floor", tier=bound, target=floor)
    elif bound != first and chosen.guarded:
        draft.move(bound, "uncertain", "route", "may_need_top", tier=situation.ladder.top)
    elif bound != first:
        draft.move(bound, "uncertain", "route", "too_dear", **asked, wrong=round(chosen.wrong))
    elif estimate.lower[first] < SURE and chosen.losses:
        above = situation.ladder.above(first)
        wrong = round(chosen.wrong)
        draft.say("route", "worth_a_redo", **asked, wrong=wrong, above=above)
    if chosen.late is not None and bound == situation.ladder.top:
        draft.say("note", "found_late", kind=chosen.late)
