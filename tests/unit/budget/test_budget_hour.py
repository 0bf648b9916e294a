"""The ceilings of an hour and of one request, in the transaction of the reservation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support.sentences import refused
from tests.unit.budget.window import Window

from tierwise.core.errors import BudgetPaused, TaskTooDear
from tierwise.core.money import Usage, to_nanos


@pytest_asyncio.fixture
async def window(tmp_path: Path) -> AsyncIterator[Window]:
    made = Window(tmp_path / "state")
    made.limits = replace(made.limits, hour=to_nanos(1))
    yield made
    await made.purse.ledger.close()


async def spend(window: Window, usd: float) -> None:
    """Spend on Opus, whose output costs 20,000 nano-dollars a token."""
    held = await window.purse.reserve(window.ask("opus", 16, allowed=True))
    await window.purse.settle(held, Usage(0, round(usd * 50_000)))


async def test_the_hour_binds_any_sixty_minutes_and_frees_up_by_itself(window: Window) -> None:
    await spend(window, 0.6)
    window.now += timedelta(minutes=40)
    await spend(window, 0.4)
    state = await window.purse.state("p")
    assert (state.level, state.day_level, state.hour_spent) == ("paused", "ok", to_nanos(1))
    with refused(BudgetPaused, match=r"hour's budget of \$1\.00 .* frees up by itself"):
        await window.purse.reserve(window.ask("haiku", 16))
    window.now += timedelta(minutes=21)
    state = await window.purse.state("p")
    assert (state.level, state.hour_spent) == ("ok", to_nanos(0.4))
    await window.purse.release(await window.purse.reserve(window.ask("haiku", 16)))


async def test_a_clock_that_goes_back_frees_nothing(window: Window) -> None:
    await spend(window, 1.0)
    for minutes in (-50, -500):
        window.now += timedelta(minutes=minutes)
        assert (await window.purse.state("p")).hour_level == "paused"


async def test_windows_cannot_cross_the_hour_together(tmp_path: Path) -> None:
    windows = [Window(tmp_path / "state") for _ in range(3)]
    for window in windows:
        window.limits = replace(window.limits, hour=to_nanos(1))

    async def press(window: Window) -> None:
        for _ in range(6):
            try:
                held = await window.purse.reserve(window.ask("opus", 1_600))
            except (BudgetPaused, TaskTooDear):
                return
            state = await window.purse.state("p")
            assert state.hour_spent + state.hour_reserved <= to_nanos(1)
            await window.purse.settle(held, Usage(500, held.max_tokens))

    await asyncio.gather(*(press(window) for window in windows))
    state = await windows[0].purse.state("p")
    assert to_nanos(0.5) < state.hour_spent <= to_nanos(1)
    for window in windows:
        await window.purse.ledger.close()


async def test_without_an_hourly_cap_nothing_of_it_is_counted_or_shown(window: Window) -> None:
    await spend(window, 5.0)
    window.limits = replace(window.limits, hour=None)
    state = await window.purse.state("p")
    assert (state.level, state.hour_limit, state.hour_spent) == ("ok", None, 0)


async def test_one_request_may_cost_no_more_than_its_ceiling(window: Window) -> None:
    window.limits = replace(window.limits, hour=None, request=to_nanos(0.02))
    held = await window.purse.reserve(window.ask("opus", 160, max_tokens=16_000, full_output=True))
    assert held.worst <= to_nanos(0.02)
    with pytest.raises(TaskTooDear):
        await window.purse.reserve(window.ask("opus", 400_000))
    allowed = await window.purse.reserve(window.ask("opus", 400_000, allowed=True))
    assert allowed.worst > to_nanos(0.02), "the operator's word on one task counts"
