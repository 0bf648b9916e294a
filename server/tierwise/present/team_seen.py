"""Texts about the team in a member's editor: its caps beside the member's own, and its pauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.team import CapScope, SharedCap, Span, TeamWord
from tierwise.present.money import spent_of
from tierwise.present.names import label
from tierwise.present.pause import paused_by_team

AWAY: Final = (
    "The team's gateway cannot be reached. Another place answers only where you named one."
)
_SCOPES: Final[Mapping[CapScope, str]] = {
    "team": "Team",
    "member": "Your part of the team",
    "project": "Team, this project",
}
_SPANS: Final[Mapping[Span, str]] = {"hour": "this hour", "day": "today", "period": "this month"}


def lines(word: TeamWord) -> Sequence[str]:
    """A team's report in lines: first what pauses or cannot be reached, then the caps, then the
    rules.
    """
    found = []
    if word.away:
        found.append(AWAY)
    if word.paused is not None:
        cap = word.paused
        found.append(
            paused_by_team(cap.scope, cap.span, spent=cap.spent, limit=cap.limit, owner=word.owner)
        )
    found += [_of(cap) for cap in word.caps]
    if word.max_tier is not None:
        found.append(f"The team allows {label(word.max_tier)} at most.")
    floors = [f"{action} from {label(tier)}" for action, tier in sorted(word.floors.items())]
    if floors:
        found.append(f"The team asks for at least: {', '.join(floors)}.")
    return found


def _of(cap: SharedCap) -> str:
    return f"{_SCOPES[cap.scope]}, {_SPANS[cap.span]}: {spent_of(cap.spent, cap.limit)}"
