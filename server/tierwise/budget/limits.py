"""Caps and where the spend stands against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tierwise.core.situation import BudgetLevel


@dataclass(frozen=True, slots=True)
class Limits:
    """The configured caps in nano-dollars; None means no cap, 0 no paid calls."""

    day: int | None = None
    project: int | None = None
    period: Literal["month", "total"] = "month"
    soft_at: float = 0.80
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class BudgetState:
    """Spend and caps, raises included, in nano-dollars.

    `cheapest` is the smallest reservation there is (the cheapest tier's): when it no
    longer fits, the budget is paused.
    """

    day: str
    period: str
    day_limit: int | None
    day_spent: int = 0
    day_reserved: int = 0
    project_limit: int | None = None
    project_spent: int = 0
    project_reserved: int = 0
    soft_at: float = 0.80
    cheapest: int = 0

    @property
    def day_level(self) -> BudgetLevel:
        return _level(
            self.day_spent, self.day_reserved, self.day_limit, self.soft_at, self.cheapest
        )

    @property
    def project_level(self) -> BudgetLevel:
        return _level(
            self.project_spent,
            self.project_reserved,
            self.project_limit,
            self.soft_at,
            self.cheapest,
        )

    @property
    def level(self) -> BudgetLevel:
        """The worse of the two."""
        levels = (self.day_level, self.project_level)
        return "paused" if "paused" in levels else "soft" if "soft" in levels else "ok"

    @property
    def left(self) -> int | None:
        """Headroom in nano-dollars under both caps; None without any cap."""
        rooms = [
            limit - spent - reserved
            for limit, spent, reserved in (
                (self.day_limit, self.day_spent, self.day_reserved),
                (self.project_limit, self.project_spent, self.project_reserved),
            )
            if limit is not None
        ]
        return max(min(rooms), 0) if rooms else None


def _level(
    spent: int, reserved: int, limit: int | None, soft_at: float, cheapest: int
) -> BudgetLevel:
    if limit is None:
        return "ok"
    if spent + reserved >= limit or limit - spent - reserved < cheapest:
        return "paused"
    return "soft" if spent >= soft_at * limit else "ok"
