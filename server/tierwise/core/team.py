"""What a team sets for its members, as one of them meets it. Amounts in nano-dollars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.situation import BudgetLevel

CapScope = Literal["team", "member", "project"]
Span = Literal["hour", "day", "period"]


@dataclass(frozen=True, slots=True)
class SharedCap:
    """A cap that others set, and what is spent under it, in nano-dollars.

    `reserved` is the worst case of the calls in flight, `expected` what they will probably cost.
    """

    scope: CapScope
    span: Span
    limit: int
    spent: int
    reserved: int
    expected: int = 0

    @property
    def left(self) -> int:
        """What may still be reserved for calls, in nano-dollars; below zero where a cap was
        lowered.
        """
        return self.limit - self.spent - self.reserved


def tightest(caps: tuple[SharedCap, ...]) -> SharedCap | None:
    """The cap that leaves the least; None where there is none."""
    return min(caps, key=lambda cap: cap.left, default=None)


@dataclass(frozen=True, slots=True)
class TeamWord:
    """What a team's gateway told a member. `owner` is whom to ask for more.

    `max_tier` and `floors` name tiers of the editor's own ladder; floors are by action. `away`
    is true while the gateway cannot be reached. What it said last still applies then.
    """

    owner: str = ""
    level: BudgetLevel = "ok"
    caps: tuple[SharedCap, ...] = ()
    max_tier: str | None = None
    floors: Mapping[str, str] = field(default_factory=dict)
    paused: SharedCap | None = None
    """The cap that pauses the member's calls; None where none does."""
    away: bool = False
