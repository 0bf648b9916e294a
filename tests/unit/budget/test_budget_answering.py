"""A call that another tier answers than was reserved for: it is held and booked at that one's."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.unit.budget.test_budget_orphans import disown
from tests.unit.budget.window import PRICES, Window, consistent
from tests.unit.store.daily_sums import as_kept, as_rebuilt

from tierwise.budget import lapsed
from tierwise.core.errors import BudgetPaused
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import stats

USED = Usage(400, 300)


async def agree(window: Window) -> bool:
    """Whether all sums are what the reservations add up to, tier by tier."""
    daily = await window.purse.ledger.read(lambda conn: as_kept(conn) == as_rebuilt(conn))
    return daily and await consistent(window.purse)


@pytest.mark.parametrize(("asked", "answers"), [("haiku", "opus"), ("opus", "haiku")])
async def test_a_call_is_held_and_booked_at_the_tier_that_answers(
    window: Window, asked: str, answers: str
) -> None:
    ask, tier = window.ask(asked, max_tokens=500), DEFAULT_LADDER.get(answers)
    held = await window.purse.reserve(ask)
    for _ in range(2):
        held = await window.purse.answered_by(held, tier)
        state = await window.purse.state("p")
        assert state.day_reserved == held.worst
        assert held.worst >= PRICES.cost(tier.model, Usage(held.prompt_tokens, 500), held.at)
        assert await agree(window)
    _, cost = await window.purse.settle(held, USED)
    assert cost == PRICES.cost(tier.model, USED, held.at)
    assert (await window.purse.state("p")).day_spent == cost
    rows = await window.purse.ledger.read(stats.spend)
    assert [(row.tier, row.cost) for row in rows] == [(answers, cost)]
    assert await agree(window)


async def test_what_it_holds_more_counts_against_the_next_call(window: Window) -> None:
    held = await window.purse.reserve(window.ask("haiku"))
    dear = await window.purse.answered_by(held, DEFAULT_LADDER.get("opus"))
    window.limits = window.limits.__class__(day=dear.worst, timezone="UTC")
    with pytest.raises(BudgetPaused):
        await window.purse.reserve(window.ask("haiku"))


async def test_one_whose_process_was_thought_lost_is_corrected_at_the_tier_that_answered(
    window: Window,
) -> None:
    held = await window.purse.reserve(window.ask("haiku"))
    await disown(window, held)
    window.now += timedelta(milliseconds=lapsed.LEASE_MS + lapsed.MARGIN_MS + 1)
    assert await window.purse.reap() == 1
    moved = await window.purse.answered_by(held, DEFAULT_LADDER.get("opus"))
    assert (await window.purse.state("p")).day_spent == held.worst
    assert await agree(window)
    _, cost = await window.purse.settle(moved, USED)
    assert (await window.purse.state("p")).day_spent == cost
    assert await agree(window)


async def test_what_is_booked_by_its_bill_stays_as_it_is(window: Window) -> None:
    held = await window.purse.reserve(window.ask("haiku"))
    _, cost = await window.purse.settle(held, USED)
    moved = await window.purse.answered_by(held, DEFAULT_LADDER.get("opus"))
    assert (await window.purse.settle(moved, USED))[1] == cost
    assert await agree(window)


async def test_many_at_once_add_up(window: Window) -> None:
    async def call(number: int) -> None:
        held = await window.purse.reserve(window.ask(("haiku", "opus")[number % 2]))
        held = await window.purse.answered_by(held, DEFAULT_LADDER.get("sonnet"))
        if number % 3:
            await window.purse.settle(held, USED)
        else:
            await window.purse.release(held)

    await asyncio.gather(*(call(number) for number in range(12)))
    assert (await window.purse.state("p")).day_reserved == 0
    assert await agree(window)
