"""Caps and levels: what pauses, what is raised, allowed, told, and when a day ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.sentences import refused
from tests.unit.budget.window import START, Window

from tierwise.budget.limits import cap
from tierwise.budget.prices import PriceTable
from tierwise.core.errors import BudgetPaused, TaskTooDear
from tierwise.core.money import Usage, to_nanos
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import reservations


async def test_levels_are_those_of_the_contract(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos(1))
    held = await window.purse.reserve(window.ask(chars=160, max_tokens=30_000, full_output=True))
    assert (await window.purse.state("p")).level == "ok"
    await window.purse.settle(held, Usage(0, 39_999))
    assert (await window.purse.state("p")).level == "ok", "0.79998 of the day"
    held = await window.purse.reserve(window.ask("haiku", 160))
    await window.purse.settle(held, Usage(40_000, 0))
    assert (await window.purse.state("p")).level == "soft"
    held = await window.purse.reserve(
        window.ask("haiku", 160, max_tokens=500_000, full_output=True)
    )
    await window.purse.settle(held, Usage(0, 391_000))
    state = await window.purse.state("p")
    assert state.left is not None
    assert 0 < state.left < state.smallest
    assert state.level == "paused", "the cheapest tier's smallest reservation no longer fits"
    with refused(BudgetPaused, match=r"day budget of .* is used up") as caught:
        await window.purse.reserve(window.ask("haiku", 10))
    assert not isinstance(caught.value, TaskTooDear)


async def test_expected_in_flight_counts_toward_soft(window: Window) -> None:
    ask = window.ask(chars=16_000)
    held = await window.purse.reserve(ask)
    expected = (await window.purse.state("p")).day_expected
    await window.purse.release(held)
    window.limits = replace(window.limits, day=round(expected / 0.8))
    state = await window.purse.state("p")
    assert state.level == "ok"
    held = await window.purse.reserve(window.ask(chars=16_000, allowed=True))
    state = replace(await window.purse.state("p"), day_reserved=0)
    assert state.level == "soft"


async def test_no_cap_is_never_paused_and_zero_is_no_paid_call(window: Window) -> None:
    assert (await window.purse.state("p")).left is None
    await window.purse.reserve(window.ask())
    window.limits = replace(window.limits, day=0)
    with refused(BudgetPaused, match="budget is 0"):
        await window.purse.reserve(window.ask("haiku"))


async def test_a_free_server_of_ones_own_goes_on_while_paused(window: Window) -> None:
    table = PriceTable.load([{"base_url": "http://localhost:1", "input": 0, "output": 0}])
    window.purse.price_table = lambda: table
    window.limits = replace(window.limits, day=0)
    tier = replace(DEFAULT_LADDER.get("haiku"), model="llama", base_url="http://localhost:1")
    held = await window.purse.reserve(window.ask(tier))
    assert held.worst == 0
    assert await window.purse.settle(held, Usage(10, 10)) == (Usage(10, 10), 0)


async def test_the_project_has_its_own_cap_and_period(window: Window) -> None:
    window.limits = replace(window.limits, project=to_nanos("0.50"))
    held = await window.purse.reserve(window.ask(max_tokens=20_000, full_output=True))
    await window.purse.settle(held, Usage(0, 24_990))
    with refused(BudgetPaused, match="project budget"):
        await window.purse.reserve(window.ask("haiku"))
    other = await window.purse.reserve(window.ask("haiku", project="q"))
    await window.purse.release(other)
    window.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    await window.purse.release(await window.purse.reserve(window.ask("haiku")))
    window.limits = replace(window.limits, period="total")
    assert (await window.purse.state("p")).period == "total"


async def test_a_raise_is_seen_by_every_window_at_once_and_ends_with_the_day(
    window: Window,
) -> None:
    window.limits = replace(window.limits, day=0)
    other = Window(window.folder, window.limits)
    with pytest.raises(BudgetPaused):
        await other.purse.reserve(other.ask("haiku"))
    await window.purse.raise_by(to_nanos(1), "p")
    await other.purse.release(await other.purse.reserve(other.ask("haiku")))
    window.now = other.now = START + timedelta(days=1)
    with pytest.raises(BudgetPaused):
        await other.purse.reserve(other.ask("haiku"))
    await other.purse.ledger.close()


async def test_without_a_cap_nothing_is_raised_for_later(window: Window) -> None:
    await window.purse.raise_by(to_nanos(100), "p")
    state = await window.purse.set_cap(to_nanos(1), "p", "day")
    assert state.day_limit == to_nanos(1)


async def test_a_cap_set_by_hand_stands_until_it_is_given_back(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos(5), project=to_nanos(50))
    state = await window.purse.set_cap(to_nanos(7), "p", "day")
    assert state.day_limit == to_nanos(7)
    state = await window.purse.set_cap(to_nanos(9), "p", "project")
    assert state.project_limit == to_nanos(9)
    assert (await window.purse.state("q")).project_limit == to_nanos(50)
    window.now += timedelta(days=1)
    assert (await window.purse.state("p")).day_limit == to_nanos(7)
    state = await window.purse.set_cap(None, "p", "day")
    assert state.day_limit == to_nanos(5)


async def test_one_task_may_be_allowed_and_still_counts(window: Window) -> None:
    window.limits = replace(window.limits, day=0)
    await window.purse.allow("this-one", "p")
    held = await window.purse.reserve(window.ask(task_id="this-one"))
    assert not held.capped
    _, cost = await window.purse.settle(held, Usage(100, 100))
    assert (await window.purse.state("p")).day_spent == cost
    with pytest.raises(BudgetPaused):
        await window.purse.reserve(window.ask(task_id="another"))


@pytest.mark.parametrize(
    ("configured", "set_to", "repository", "raised", "in_force"),
    [
        (None, None, None, 5, None),
        (10, None, None, 0, 10),
        (10, 20, None, 0, 20),
        (10, None, 5, 0, 5),
        (10, None, 50, 0, 10),
        (10, 20, 5, 0, 5),
        (10, None, 5, 3, 8),
        (None, None, 5, 0, 5),
    ],
)
def test_a_repository_can_only_lower(
    configured: int | None,
    set_to: int | None,
    repository: int | None,
    raised: int,
    in_force: int | None,
) -> None:
    assert cap(configured, set_to, repository, raised) == in_force


async def test_a_reservation_is_booked_to_the_day_it_was_made(window: Window) -> None:
    window.now = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    held = await window.purse.reserve(window.ask())
    window.now += timedelta(hours=8)
    _, cost = await window.purse.settle(held, Usage(10, 10))
    stored = await window.purse.ledger.read(reservations.stored)
    assert stored["day", "2026-11-24"].settled == cost
    assert (await window.purse.state("p")).day_spent == 0


async def test_a_clock_far_back_holds_money_until_the_operator_resumes(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    await window.purse.settle(held, Usage(10, 10))
    window.now -= timedelta(days=3)
    with refused(BudgetPaused, match="clock went back"):
        await window.purse.reserve(window.ask())
    state = await window.purse.state("p")
    assert state.level == "paused"
    assert state.hold is not None
    window.now += timedelta(days=3)
    assert (await window.purse.state("p")).level == "ok", "a clock put right needs no word"
    window.now -= timedelta(days=3)
    state = await window.purse.resume("p")
    assert (state.level, state.day) == ("ok", "2026-11-21")
    await window.purse.release(await window.purse.reserve(window.ask()))
