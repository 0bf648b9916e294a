"""What was spent, on which tier, and what the top tier would have cost for the same tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from tierwise.budget.limits import BudgetState
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage
from tierwise.core.tiers import Ladder
from tierwise.store import stats
from tierwise.store.deferred import Connection


@dataclass(frozen=True, slots=True)
class TierUse:
    """What one tier did: tasks it took part in, and nano-dollars."""

    tier: str
    tasks: int
    cost: int


@dataclass(frozen=True, slots=True)
class ScopeUse:
    """The figures of a scope. Money in nano-dollars; `limit` None means no cap.

    `saved` is against the top tier with the same tokens, and negative where escalations
    cost more than they saved.
    """

    scope: Literal["today", "project"]
    tasks: int
    spent: int
    limit: int | None
    saved: int
    tiers: tuple[TierUse, ...]


def at_top(usage: Usage, at: datetime, prices: PriceTable, ladder: Ladder) -> int:
    """What these tokens would have cost on the top tier, in nano-dollars."""
    return prices.cost(ladder.get(ladder.top).model, usage, at)


def read(
    conn: Connection, state: BudgetState, prices: PriceTable, ladder: Ladder
) -> tuple[ScopeUse, ...]:
    """The figures of the open day and of the project's period."""
    today = stats.paid(conn, day=state.day)
    project = stats.paid(conn, project=(state.project, state.period))
    return (
        _scope("today", today, state.day_limit, prices, ladder),
        _scope("project", project, state.project_limit, prices, ladder),
    )


def _scope(
    scope: Literal["today", "project"],
    paid: Sequence[tuple[str, stats.Paid]],
    limit: int | None,
    prices: PriceTable,
    ladder: Ladder,
) -> ScopeUse:
    spent = sum(p.cost for _, p in paid)
    top = sum(
        at_top(p.usage, datetime.fromtimestamp(p.at_ms / 1000, UTC), prices, ladder)
        for _, p in paid
    )
    names = [tier.name for tier in ladder]
    others = sorted({p.tier for _, p in paid} - set(names))
    tiers = [
        TierUse(
            name,
            len({task for task, p in paid if p.tier == name}),
            sum(p.cost for _, p in paid if p.tier == name),
        )
        for name in (*names, *others)
    ]
    used = tuple(use for use in tiers if use.tasks)
    return ScopeUse(scope, len({task for task, _ in paid}), spent, limit, top - spent, used)
