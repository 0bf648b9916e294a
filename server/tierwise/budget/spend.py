"""What was spent and how much more the caps allow: the ledger as a budget reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import Final

from tierwise.budget import accounts, days, tokens
from tierwise.budget.calibration import Calibration
from tierwise.budget.limits import BudgetState, Limits
from tierwise.budget.prices import PriceTable
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.tiers import Tier
from tierwise.store import samples
from tierwise.store.deferred import Connection
from tierwise.store.glance import LedgerRows
from tierwise.store.ledger import Ledger

CHEAPEST_PROMPT: Final = 2_000
"""Prompt tokens of the smallest reservation, which decides whether a budget is used up."""


@dataclass
class Spend:
    """Reads what was spent and what an editor window may still spend.

    `price_table` and `limits` are called again each time, so that changes take effect. A tiny call
    of the tier `cheapest` is the smallest there is.
    """

    ledger: Ledger
    price_table: Callable[[], PriceTable]
    limits: Callable[[], Limits]
    cheapest: Callable[[], Tier]
    clock: Callable[[], datetime] = days.now
    night: bool = False
    """Whether the window spends from the night's purse instead of the day's."""
    calibration: Calibration = field(default_factory=Calibration)

    @property
    def prices(self) -> PriceTable:
        """The prices of all models as they are configured now."""
        return self.price_table()

    async def state(
        self, project: str, task_id: str | None = None, member: str | None = None
    ) -> BudgetState:
        """What is spent now and which caps bind, over all editor windows.

        If the task is a job of the night, the cap of its group is included. With a member the
        team's caps are included.
        """
        now = self.clock()
        return await self.ledger.read(
            lambda conn: self.state_at(conn, project, now, task_id, member)
        )

    def state_in(
        self,
        conn: Connection,
        project: str,
        task_id: str | None = None,
        member: str | None = None,
    ) -> BudgetState:
        """`state` inside a read transaction that has begun."""
        return self.state_at(conn, project, self.clock(), task_id, member)

    def glance(self, conn: LedgerRows, project: str) -> BudgetState:
        """`state` from rows that are read before the ledger is opened in full.

        It also loads the calibration from them.
        """
        self.calibration = Calibration(samples.read(conn))
        return self.state_at(conn, project, self.clock())

    def state_sync(self, project: str) -> BudgetState:
        """`state` for the command line."""
        now = self.clock()
        return self.ledger.read_sync(lambda conn: self.state_at(conn, project, now))

    def state_at(
        self,
        conn: LedgerRows,
        project: str,
        now: datetime,
        task_id: str | None = None,
        member: str | None = None,
    ) -> BudgetState:
        """`state` at an instant, inside a transaction that has begun."""
        try:
            return accounts.state(
                conn,
                self.limits(),
                project,
                now,
                self.smallest(now),
                night=self.night,
                job=task_id if self.night else None,
                member=member,
            )
        except days.UnknownZone as error:
            raise unknown_zone(error) from None

    def smallest(self, now: datetime) -> int:
        """Nano-dollars of the smallest reservation there is: a tiny call of the cheapest tier."""
        tier = self.cheapest()
        rate = self.prices.rate(tier.model, now, CHEAPEST_PROMPT, tier.base_url)
        return CHEAPEST_PROMPT * rate.dearest_input + tokens.SMALLEST_OUTPUT * rate.output


def unknown_zone(error: days.UnknownZone) -> LedgerUnavailable:
    """The error for a budget whose time zone does not exist."""
    return LedgerUnavailable(ErrorReason.of("unknown_zone", name=str(error)))


def ms(at: datetime) -> int:
    """An instant as the ledger keeps it, in UTC milliseconds."""
    return int(at.timestamp() * 1000)
