"""What was spent and saved: every cut of a ledger adds up to one total, and saved is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.budget.window import PRICES, Window

from tierwise.budget import usage
from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.cli.stats import first_day, summary
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER, Tier
from tierwise.store import decisions, stats
from tierwise.store.decisions import DecisionRow, TaskRow

HAIKU, SONNET, OPUS = (DEFAULT_LADDER.get(name) for name in ("haiku", "sonnet", "opus"))
MILLION = 1_000_000


@dataclass
class Call:
    """One settled call of a task; `assumed` was never billed."""

    tier: Tier
    used: Usage | None
    task: str = "t1"


async def live(window: Window, *calls: Call, project: str = "p", rehearsal: bool = False) -> None:
    """Ask tasks and settle their calls as a window does."""
    asked: set[str] = set()
    for call in calls:
        day = window.now.date().isoformat()
        if call.task not in asked:
            row = TaskRow(
                call.task, int(window.now.timestamp() * 1000), project, "edit", None, None, None,
                None, "s", rehearsal, "answered", day=day,
            )  # fmt: skip
            await window.purse.ledger.write(lambda conn, r=row: decisions.insert_task(conn, r))  # type: ignore[misc]  # default binds the loop variable
        seq = sum(1 for name in asked if name.startswith(call.task)) + 1
        made = DecisionRow(HAIKU.name, HAIKU.name, call.tier.name, "routed", 0.9, 1.0, "w", {})
        await window.purse.ledger.write(
            lambda conn, c=call, s=seq, m=made: decisions.record_decision(conn, c.task, s, m)  # type: ignore[misc]  # default binds the loop variable
        )
        asked |= {call.task, f"{call.task}:{seq}"}
        ask = window.ask(
            call.tier, chars=3_000_000, task_id=call.task, project=project, rehearsal=rehearsal,
            full_output=True,
        )  # fmt: skip
        reservation = await window.purse.reserve(ask)
        await window.purse.settle(reservation, call.used)


async def figures(window: Window, baseline: str | None = None, zone: str = "UTC") -> dict:  # type: ignore[type-arg]  # JSON
    return await window.purse.ledger.read(
        lambda conn: summary(conn, stats.EVERYTHING, DEFAULT_LADDER, PRICES, baseline)
    )


@pytest.mark.parametrize(
    ("tier", "used", "baseline", "saved"),
    [
        (HAIKU, Usage(10_000, 1_000), None, 0.06 - 0.0015),
        (HAIKU, Usage(10_000, 1_000), "opus", 0.06 - 0.0015),
        (HAIKU, Usage(10_000, 1_000), "sonnet", 0.03 - 0.0015),
        (HAIKU, Usage(10_000, 1_000), "haiku", 0.0),
        (OPUS, Usage(10_000, 1_000), None, 0.0),
        (OPUS, Usage(10_000, 1_000), "haiku", 0.0015 - 0.06),
        (OPUS, Usage(10_000, 1_000), "no such tier", 0.0),
        (SONNET, Usage(0, 0, cache_write_1h_tokens=10_000), None, 0.08 - 0.04),
        (SONNET, Usage(0, 0, cache_write_5m_tokens=10_000), None, 0.05 - 0.025),
        (SONNET, Usage(0, 0, cache_read_tokens=10_000), None, 0.002 - 0.001),
        (HAIKU, Usage(150_000, 0), None, 0.6 - 0.075),
        (HAIKU, Usage(150_000, 0), "haiku", 0.0),
        (SONNET, Usage(100_000, 0), "haiku", 0.01 - 0.2),
        (SONNET, Usage(100_001, 0), "haiku", 0.0500005 - 0.200002),
        (replace(HAIKU, model="own"), Usage(10_000, 0), "haiku", 0.001 - 0.1),
        (OPUS, None, None, 0.0),
    ],
)
async def test_saved_is_signed_and_against_the_chosen_baseline(
    tier: Tier, used: Usage | None, baseline: str | None, saved: float, tmp_path: Path
) -> None:
    window = Window(tmp_path)
    await live(window, Call(tier, used))
    found = await figures(window, baseline)
    assert found["savedUsd"] == pytest.approx(saved, abs=1e-9)
    assert found["savedUsd"] == pytest.approx(found["baselineUsd"] - found["spentUsd"], abs=1e-9)
    chosen = usage.baseline_of(DEFAULT_LADDER, baseline).name
    assert found["baseline"] == chosen
    state = await window.purse.state("p")
    for scope in await window.purse.ledger.read(
        lambda conn: usage.read(conn, state, PRICES, DEFAULT_LADDER, baseline)
    ):
        assert scope.saved / 1e9 == pytest.approx(saved, abs=1e-9)
    await window.purse.ledger.close()


async def test_a_window_of_many_sizes_is_priced_in_the_band_of_each(tmp_path: Path) -> None:
    """Exactly what pricing each call by itself gives, at every size where a price may change."""
    window = Window(tmp_path)
    used = [
        Usage(size + more, 7)
        for size in (100_000, 128_000, 200_000, 256_000, 272_000, 512_000)
        for more in (-1, 0, 1)
    ]
    await live(window, *(Call(SONNET, each, f"t{n}") for n, each in enumerate(used)))
    cells = await window.purse.ledger.read(stats.spend)
    banded = [
        {"model": "banded", "over": over, "input": over // 1_000 + 1, "output": 5}
        for over in (0, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000)
    ]
    prices = PriceTable.load(banded)
    found = usage.baseline_cost(cells, replace(HAIKU, model="banded"), prices)
    assert found == sum(prices.cost("banded", each, window.now) for each in used)
    await window.purse.ledger.close()


Story = Callable[[Window], object]


async def two_days(window: Window) -> None:
    await live(window, Call(HAIKU, Usage(10, 10), "a"))
    window.now += timedelta(days=1)
    await live(window, Call(OPUS, Usage(10, 10), "b"))


async def escalated(window: Window) -> None:
    await live(window, Call(HAIKU, Usage(10, 10)), Call(SONNET, Usage(10, 10)))


async def settled_the_day_after(window: Window) -> None:
    reservation = await window.purse.reserve(window.ask("haiku"))
    window.now += timedelta(days=1)
    await window.purse.settle(reservation, Usage(5, 5))


async def changed_zone(window: Window) -> None:
    await live(window, Call(HAIKU, Usage(10, 10), "a"))
    window.limits = replace(window.limits, timezone="Pacific/Kiritimati")
    window.now += timedelta(hours=20)
    await live(window, Call(HAIKU, Usage(10, 10), "b"))


async def other_project(window: Window) -> None:
    await live(window, Call(HAIKU, Usage(10, 10), "a"), project="größe")
    await live(window, Call(OPUS, Usage(10, 10), "b"), project="p")


async def next_month_and_period(window: Window) -> None:
    await live(window, Call(HAIKU, Usage(10, 10), "a"))
    window.now += timedelta(days=9)
    window.limits = replace(window.limits, period="total")
    await live(window, Call(HAIKU, Usage(10, 10), "b"))


async def never_called(window: Window) -> None:
    await live(window, Call(HAIKU, Usage(10, 10), "a"))
    reservation = await window.purse.reserve(window.ask("opus", task_id="a"))
    await window.purse.release(reservation)


async def reaped_then_billed(window: Window) -> None:
    reservation = await window.purse.reserve(window.ask("opus", task_id="a"))
    await window.purse.settle(reservation, None, streamed="x" * 900)
    await live(window, Call(HAIKU, Usage(10, 10), "a"))


async def rehearsed(window: Window) -> None:
    await live(window, Call(OPUS, Usage(10, 10), "a"), rehearsal=True)
    await live(window, Call(HAIKU, Usage(10, 10), "b"))


@pytest.mark.parametrize(
    "story",
    [two_days, escalated, settled_the_day_after, changed_zone, other_project,
     next_month_and_period, never_called, reaped_then_billed, rehearsed],
)  # fmt: skip
async def test_every_cut_adds_up_to_what_the_caps_count(story: Story, tmp_path: Path) -> None:
    window = Window(tmp_path, Limits(timezone="UTC"))
    await story(window)  # type: ignore[misc]  # a coroutine function
    found = await figures(window)
    for cut in ("byTier", "byAction", "byProject", "byDay"):
        assert sum(row["costUsd"] for row in found[cut].values()) == pytest.approx(
            found["spentUsd"], abs=1e-9
        ), cut
        assert sum(row["tasks"] for row in found[cut].values()) == found["tasks"], cut
    assert sum(found["byCause"].values()) == found["tasks"]
    assert sum(row["tasks"] for row in found["routedToAnswering"]) == found["tasks"]
    state = await window.purse.state("p")
    today, project = await window.purse.ledger.read(
        lambda conn: usage.read(conn, state, PRICES, DEFAULT_LADDER)
    )
    assert today.spent == state.day_spent == sum(use.cost for use in today.tiers)
    assert project.spent == state.project_spent == sum(use.cost for use in project.tiers)
    assert today.tasks == sum(use.tasks for use in today.tiers)
    await window.purse.ledger.close()


@pytest.mark.parametrize(
    ("days", "zone", "first"),
    [
        (0, "UTC", ""),
        (1, "UTC", "2026-11-24"),
        (30, "UTC", "2026-10-26"),
        (1, "Pacific/Kiritimati", "2026-11-25"),
        (1, "Pacific/Pago_Pago", "2026-11-24"),
        (2, "Asia/Tokyo", "2026-11-23"),
        (366, "UTC", "2025-11-24"),
        (10**9, "UTC", "0001-01-01"),
    ],
)
def test_days_back_are_civil_days_with_today_as_the_first(
    days: int, zone: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierwise.budget.days.now", lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert first_day(days, zone) == first
