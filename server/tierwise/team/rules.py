"""The rules that bind all members of a team: floors, the highest tier, the time zone of its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.store import members
from tierwise.store.deferred import Connection

FLOOR: Final = "floor"
MOST: Final = "max_tier"
ZONE: Final = "zone"


@dataclass(frozen=True, slots=True)
class TeamRules:
    """The rules of a team. `max_tier` is the highest tier for every call, and `floors` the lowest
    by action. `owner` is the person to ask for more money.
    """

    max_tier: str | None = None
    floors: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    owner: str = ""


NO_RULES: Final = TeamRules()
"""The rules if there is no team."""


def rules_in(conn: Connection) -> TeamRules | None:
    """The team's present rules. None if there is no team: no owner who may still call."""
    owners = [one for one in members.every(conn) if one.role == "owner" and not one.revoked_ms]
    if not owners:
        return None
    kept = members.policy(conn)
    return TeamRules(
        max_tier=kept.get((MOST, "")),
        floors={key: value for (kind, key), value in kept.items() if kind == FLOOR},
        zone=kept.get((ZONE, "")),
        owner=owners[0].name,
    )
