"""Reservations whose window is gone: who counts as an orphan, and what is booked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.budget.window import Window, consistent

from tierwise.budget import lapsed
from tierwise.budget.purse import Reservation
from tierwise.core.money import Usage


async def test_an_orphan_is_booked_at_its_worst_and_corrected_should_it_come_back(
    window: Window,
) -> None:
    held = await window.purse.reserve(window.ask())
    assert await window.purse.reap() == 0, "this process lives"
    await disown(window, held)
    assert await window.purse.reap() == 0, "its lease holds"
    window.now += timedelta(milliseconds=lapsed.LEASE_MS + lapsed.MARGIN_MS + 1)
    assert await window.purse.reap() == 1
    state = await window.purse.state("p")
    assert (state.day_spent, state.day_reserved) == (held.worst, 0)
    assert await consistent(window.purse)
    _, cost = await window.purse.settle(held, Usage(10, 10))
    assert (await window.purse.state("p")).day_spent == cost
    assert await consistent(window.purse)


async def disown(window: Window, held: Reservation) -> None:
    """Give the reservation to a process of which nothing is known here."""
    await window.purse.ledger.write(
        lambda conn: conn.exec_driver_sql(
            "UPDATE reservations SET owner = 'elsewhere:1:1' WHERE id = ?", (held.id,)
        )
    )


@pytest.mark.parametrize(
    ("alive", "over_ms", "gone"),
    [
        (False, -50_000, True),
        (None, -50_000, False),
        (None, 10_000, False),
        (None, 15_001, True),
        (True, 60_000, False),
        (True, 600_001, True),
        (None, -86_400_000, True),
        (True, -86_400_000, False),
    ],
)
async def test_who_counts_as_an_orphan(
    window: Window, alive: bool | None, over_ms: int, gone: bool
) -> None:
    row = (await window.purse.reserve(window.ask())).row
    assert lapsed.orphaned(row, alive, row.lease_ms + over_ms) is gone


async def test_a_renewed_lease_is_no_orphan(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    await disown(window, held)
    window.now += timedelta(milliseconds=lapsed.LEASE_MS)
    await window.purse.renew([held.id])
    window.now += timedelta(milliseconds=lapsed.MARGIN_MS + 1)
    assert await window.purse.reap() == 0
