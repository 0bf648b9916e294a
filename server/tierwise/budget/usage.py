"""What was spent on which tier, and what the same tokens would have cost on the baseline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Literal

from tierwise.budget.limits import BudgetState
from tierwise.budget.prices import PriceRate, PriceTable
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Ladder, Tier
from tierwise.store import stats
from tierwise.store.deferred import Connection
from tierwise.store.stats import LedgerCut, SpendCell

NOON: int = 12
"""The hour (UTC) at which the price of a day is looked up: price rows begin on dates."""


@dataclass(frozen=True, slots=True)
class TierUse:
    """What one tier did: how many tasks it gave the last answer to, and nano-dollars of all its
    calls.
    """

    tier: str
    tasks: int
    cost: int


@dataclass(frozen=True, slots=True)
class ScopeUse:
    """What was spent today or by a project in its period. Money in nano-dollars; `limit` None means
    no cap.

    `saved` is what the tokens of all calls would have cost on the baseline, less what they
    cost. It is negative where they went to dearer models. Costs and tasks of the tiers add up to
    `spent` and `tasks`.
    """

    scope: Literal["today", "project"]
    tasks: int
    spent: int
    limit: int | None
    saved: int
    baseline: str
    tiers: tuple[TierUse, ...]


def baseline_of(ladder: Ladder, chosen: str | None) -> Tier:
    """The tier that savings are measured against: the chosen one where it exists, else the top."""
    return ladder.get(chosen if chosen is not None and chosen in ladder else ladder.top)


def baseline_cost(cells: Iterable[SpendCell], baseline: Tier, prices: PriceTable) -> int:
    """What the same tokens would have cost on the baseline's model, in nano-dollars.

    Cache reads and both kinds of cache writes have their own prices. A call on the baseline's own
    model is taken at what was booked for it. So the upper bound that is booked for a call without a
    bill never looks like a saving or a loss. Each part is priced by the length of its prompts.
    """

    @cache
    def rate(day: str, prompt_size: int) -> PriceRate:
        at = datetime.fromisoformat(day[:10]).replace(hour=NOON, tzinfo=UTC)
        return prices.rate(baseline.model, at, prompt_size + 1, baseline.base_url)

    return sum(
        cell.cost
        if cell.model == baseline.model
        else rate(cell.day, cell.prompt_size).cost(cell.usage)
        for cell in cells
    )


def read(
    conn: Connection,
    state: BudgetState,
    prices: PriceTable,
    ladder: Ladder,
    baseline: str | None = None,
) -> tuple[ScopeUse, ...]:
    """What was spent today and by the project in its period, with what that saved.

    `baseline` names the tier that savings are measured against, None for the top tier.
    """
    measure = baseline_of(ladder, baseline)
    today = LedgerCut(day=state.day)
    project = LedgerCut(project=state.project, period=state.period)
    return (
        _scope(conn, "today", today, state.day_limit, prices, ladder, measure),
        _scope(conn, "project", project, state.project_limit, prices, ladder, measure),
    )


def _scope(
    conn: Connection,
    scope: Literal["today", "project"],
    cut: LedgerCut,
    limit: int | None,
    prices: PriceTable,
    ladder: Ladder,
    baseline: Tier,
) -> ScopeUse:
    cells = stats.spend(conn, cut)
    costs = stats.spent_by(conn, "tier", cut)
    tasks = {tier: n for tier, n in stats.tasks_by(conn, "answering", cut).items() if tier}
    names = [tier.name for tier in ladder]
    others = sorted({*costs, *tasks} - set(names))
    used = tuple(
        TierUse(name, tasks.get(name, 0), costs.get(name, 0))
        for name in (*names, *others)
        if tasks.get(name) or costs.get(name)
    )
    spent = sum(costs.values())
    saved = baseline_cost(cells, baseline, prices) - spent
    return ScopeUse(scope, sum(tasks.values()), spent, limit, saved, baseline.name, used)
