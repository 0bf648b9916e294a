"""What the gateways of teams last reported, for routing and for display."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.core.situation import Floor
from tierwise.core.team import TeamWord
from tierwise.core.tiers import Ladder


@dataclass
class TeamSeen:
    """The last report of each team's gateway: what it allows and what is spent. It is stored by the
    name of each tier that goes through that gateway.
    """

    by_tier: Mapping[str, TeamWord] = field(default_factory=dict)

    def one(self, ladder: Ladder) -> TeamWord | None:
        """The report of the team that pays for every tier. None if any tier is paid elsewhere.

        Only then the team's rules change a decision in advance. Otherwise they might move a task to
        a tier that another key pays for.
        """
        found = [self.by_tier.get(name) for name in ladder.names]
        first = found[0]
        return first if first is not None and all(word is first for word in found) else None

    def floors(self, ladder: Ladder, action: str) -> tuple[Floor, ...]:
        """The lowest tier that the team's rules demand for an action, but never above the highest
        tier that the team allows. Empty without such a rule, or if the team does not pay for every
        tier.
        """
        word = self.one(ladder)
        tier = word.floors.get(action) if word is not None else None
        if word is None or tier is None or tier not in ladder:
            return ()
        most = word.max_tier
        if most is not None and most in ladder and ladder.rank(tier) > ladder.rank(most):
            tier = most
        return (Floor(tier, action, "team"),)

    def cap(self, ladder: Ladder) -> str | None:
        """The highest tier that the team allows. None without such a rule, or if the team does not
        pay for every tier.
        """
        word = self.one(ladder)
        return word.max_tier if word is not None else None

    @property
    def words(self) -> tuple[TeamWord, ...]:
        """The reports of all teams, each once."""
        return tuple({id(word): word for word in self.by_tier.values()}.values())
