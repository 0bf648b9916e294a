"""Finds out who calls a team's gateway.

It asks the ledger at every call, so that a revoked token stops working at once.
"""

from __future__ import annotations

from tierwise.core.dataclass import dataclass
from tierwise.store import members
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.members import PREFIX, TeamMember
from tierwise.team.rules import TeamRules, rules_in


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """A member, and the team's rules at this moment."""

    member: TeamMember
    rules: TeamRules


@dataclass(frozen=True)
class Roll:
    """Finds the member of a team that a token belongs to, in the team's ledger."""

    ledger: Ledger

    async def whose(self, token: str) -> TeamStanding | None:
        """The member with this token, and the rules. None if it is nobody's. Raises
        `LedgerUnavailable`.
        """
        if not token.startswith(PREFIX):
            return None
        return await self.ledger.read(lambda conn: _standing(conn, token), own_writes=False)

    async def was_revoked(self, token: str) -> bool:
        """Whether this token belonged to a member and was revoked. Raises `LedgerUnavailable`."""
        if not token.startswith(PREFIX):
            return False
        return await self.ledger.read(
            lambda conn: members.was_revoked(conn, token), own_writes=False
        )


def _standing(conn: Connection, token: str) -> TeamStanding | None:
    member, rules = members.by_token(conn, token), rules_in(conn)
    return TeamStanding(member, rules) if member is not None and rules is not None else None
