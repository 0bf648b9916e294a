"""The night's purse: noon to noon, beside the day's, under the project's, and a group's own cap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from tests.support.sentences import refused
from tests.unit.budget.window import Window, consistent

from tierwise.core.errors import BudgetPaused
from tierwise.core.money import Usage, to_nanos
from tierwise.store import jobs
from tierwise.store.jobs import GroupRow, JobRow

EVENING = datetime(2026, 11, 24, 23, tzinfo=UTC)


@pytest_asyncio.fixture
async def window(tmp_path: Path) -> AsyncIterator[Window]:
    made = Window(tmp_path / "state", now=EVENING)
    made.limits = replace(made.limits, day=to_nanos(5), night=to_nanos(1), project=to_nanos(3))
    made.purse.night = True
    yield made
    await made.purse.ledger.close()


async def spend(window: Window, usd: float, task: str = "task") -> None:
    held = await window.purse.reserve(window.ask("opus", 16, allowed=True, task_id=task))
    await window.purse.settle(held, Usage(0, round(usd * 50_000)))


async def test_a_night_counts_beside_the_day_and_under_the_project(window: Window) -> None:
    await spend(window, 0.5)
    night = await window.purse.state("p")
    day = await replace(window.purse, night=False).state("p")
    assert (night.day_spent, day.day_spent) == (to_nanos(0.5), 0)
    assert night.project_spent == day.project_spent == to_nanos(0.5)
    assert (night.day, night.purse) == ("2026-11-24~night", "night")
    assert await consistent(window.purse)


async def test_a_night_goes_on_over_midnight_and_ends_at_noon(window: Window) -> None:
    await spend(window, 1.0)
    for hours, level in ((2, "paused"), (12.9, "paused"), (13, "ok")):
        window.now = EVENING + timedelta(hours=hours)
        assert (await window.purse.state("p")).level == level, hours
    window.now = EVENING + timedelta(hours=14)
    await spend(window, 0.1)
    window.now = EVENING + timedelta(hours=1)
    night = await window.purse.state("p")
    assert night.day == "2026-11-25~night", "a clock that goes back opens no night again"


async def test_soft_jobs_go_down_at_eighty_percent(window: Window) -> None:
    await spend(window, 0.8)
    assert (await window.purse.state("p")).level == "soft"


async def test_without_a_purse_or_with_a_day_of_nothing_there_is_no_paid_night(
    window: Window,
) -> None:
    for limits in (replace(window.limits, night=None), replace(window.limits, day=0)):
        window.limits = limits
        with refused(BudgetPaused, match=r"night budget is 0"):
            await window.purse.reserve(window.ask("haiku", 16))
    await window.purse.set_cap(to_nanos(2), "p", "night")
    window.limits = replace(window.limits, day=to_nanos(5), night=None)
    assert (await window.purse.state("p")).day_limit == to_nanos(2)
    await window.purse.raise_by(to_nanos(1), "p", "night")
    assert (await window.purse.state("p")).day_limit == to_nanos(3)


async def test_a_group_is_held_to_its_own_cap(window: Window) -> None:
    group = GroupRow("g", "p", "/p", 0, "edit", "file", "terminal", cap=to_nanos(0.1))
    rows = [JobRow(name, "g", n, "file:///p/a", "a") for n, name in enumerate(("j1", "j2"))]
    await window.purse.ledger.write(lambda conn: jobs.insert_group(conn, group, rows))
    await spend(window, 0.1, "j1")
    with refused(BudgetPaused, match=r"group budget of 10¢"):
        await window.purse.reserve(window.ask("haiku", 16, task_id="j2"))
    await window.purse.release(await window.purse.reserve(window.ask("haiku", 16)))
    assert (await window.purse.state("p", "j2")).group_spent == to_nanos(0.1)
