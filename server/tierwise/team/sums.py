"""Sums of what a team spent, by member, project or tier, and what one member sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.money import to_usd
from tierwise.store import members
from tierwise.store.deferred import Connection
from tierwise.store.members import TeamMember

By = Literal["member", "project", "tier"]

LATEST: Final = 50
"""How many of their own calls a member is shown."""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """The calls and the cost in nano-dollars of one member, project or tier."""

    who: str
    calls: int
    nanos: int


def lines(conn: Connection, by: By, since: str) -> Sequence[SpendLine]:
    """What the team spent since a civil day: a line per member, project or tier, the dearest first.

    A member's name is shown only if the member allows it.
    """
    if by == "member":
        shown = {one.id: one.shown for one in members.every(conn)}
        found = members.spent_by_member(conn, since)
    else:
        shown = {}
        read = members.spent_by_project if by == "project" else members.spent_by_tier
        found = read(conn, since)
    rows = [SpendLine(shown.get(who, who), *amounts) for who, amounts in found.items()]
    return sorted(rows, key=lambda row: (-row.nanos, row.who))


def own(conn: Connection, member: TeamMember) -> Sequence[Mapping[str, Any]]:
    """The member's own latest calls. Those of other members are never among them."""
    return [
        {"task": task, "at": at, "project": project, "tier": tier, "state": state,
         "costUsd": to_usd(nanos)}
        for task, at, project, tier, state, nanos in members.calls_of(conn, member.id, LATEST)
    ]  # fmt: skip
