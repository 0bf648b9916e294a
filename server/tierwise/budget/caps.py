"""Caps that the operator changes by hand: raised, set, lifted for one task, or back
to configured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tierwise.budget import days
from tierwise.budget.limits import BudgetState
from tierwise.budget.spend import Spend, ms
from tierwise.core.dataclass import dataclass
from tierwise.store import budget_events, calendar, reservations
from tierwise.store.deferred import Connection

Scope = Literal["day", "night", "project"]


@dataclass
class Caps(Spend):
    """The budget of an editor window, with the ways in which the operator changes its caps."""

    async def raise_by(self, nanos: int, project: str, scope: Scope = "day") -> BudgetState:
        """Raise a cap for its current day or period. It takes effect at once in every window.

        Where there is no cap, nothing is raised and nothing is kept for later.
        """

        def change(conn: Connection, state: BudgetState) -> None:
            limit = state.project_limit if scope == "project" else state.day_limit
            if limit is not None:
                at = ms(self.clock())
                budget_events.note(conn, "raise", scope, _key(state, scope), at, nanos=nanos)

        return await self._change(project, change)

    async def set_cap(self, nanos: int | None, project: str, scope: Scope) -> BudgetState:
        """Set a cap in place of the configured one; None goes back to the configuration."""
        key = project if scope == "project" else ""
        return await self._change(
            project,
            lambda conn, _: budget_events.note(
                conn, "set", scope, key, ms(self.clock()), nanos=nanos
            ),
        )

    async def allow(self, task_id: str, project: str) -> BudgetState:
        """Let one task run beyond the caps. What it spends is still added to the sums."""
        return await self._change(
            project,
            lambda conn, state: budget_events.note(
                conn, "allow", "task", state.day, ms(self.clock()), task_id=task_id
            ),
        )

    async def resume(self, project: str) -> BudgetState:
        """Allow paid calls again after a hold, because the operator has seen its reason.

        The clock as it is now is trusted again.
        """

        def change(conn: Connection, state: BudgetState) -> None:
            now = self.clock()
            budget_events.note(conn, "resume", "", state.day, ms(now))
            found = calendar.read(conn)
            if found is not None and found[2] - ms(now) > days.MAX_BACK.total_seconds() * 1000:
                zone = self.limits().timezone
                calendar.write(conn, days.day_of(now, zone), zone or days.local_name(), ms(now))

        return await self._change(project, change)

    async def _change(
        self, project: str, change: Callable[[Connection, BudgetState], None]
    ) -> BudgetState:
        def write(conn: Connection) -> BudgetState:
            change(conn, self.state_at(conn, project, self.clock()))
            return self.state_at(conn, project, self.clock())

        return await self.ledger.write(write)


def _key(state: BudgetState, scope: Scope) -> str:
    if scope != "project":
        return state.day
    return reservations.project_key(state.project, state.period)
