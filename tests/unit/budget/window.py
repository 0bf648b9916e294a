"""A window as the budget sees it: a purse with a clock and limits that a test may move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.support.ledgers import open_ledger

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse, ReservationRequest
from tierwise.core.tiers import DEFAULT_LADDER, Tier
from tierwise.store import reservations
from tierwise.store.deferred import Connection

PRICES = PriceTable.load()
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Window:
    """One editor window: a purse with a clock and limits that a test may move."""

    folder: Path
    limits: Limits = field(default_factory=lambda: Limits(timezone="UTC"))
    now: datetime = START

    def __post_init__(self) -> None:
        self.purse = Purse(
            open_ledger(self.folder),
            lambda: PRICES,
            lambda: self.limits,
            lambda: DEFAULT_LADDER.get("haiku"),
            lambda: self.now,
        )
        self.asked = 0

    def ask(
        self, on: str | Tier = "opus", chars: int = 1_600, **more: object
    ) -> ReservationRequest:
        self.asked += 1
        tier = DEFAULT_LADDER.get(on) if isinstance(on, str) else on
        return replace(
            ReservationRequest(
                task_id="task",
                request_id=f"{id(self)}:{self.asked}",
                tier=tier,
                prompt="x" * chars,
                action="edit",
                language="python",
                max_tokens=tier.max_tokens,
                project="p",
            ),
            **more,  # type: ignore[arg-type]  # any field of an Ask
        )


async def consistent(purse: Purse) -> bool:
    """Whether what is spent and reserved is what the reservations add up to."""

    def check(conn: Connection) -> bool:
        return all(
            reservations.stored(conn, rehearsal=r) == reservations.recomputed(conn, rehearsal=r)
            for r in (False, True)
        )

    return await purse.ledger.read(check)
