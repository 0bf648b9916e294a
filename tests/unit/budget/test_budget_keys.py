"""The key of a request: at most one request is sent under it, whatever was killed when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.sentences import refused
from tests.unit.budget.window import Window, consistent

from tierwise.budget.purse import RequestKeyUsed, Reservation, ReservationRequest
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.store import reservations

LOST = "elsewhere/0:1:1"
"""A process of another machine: nothing is known of it but its lease."""


async def lost(window: Window, held: Reservation) -> None:
    """The process that reserved was killed, and its lease ran out."""
    await window.purse.ledger.write(
        lambda conn: conn.exec_driver_sql(
            "UPDATE reservations SET owner = ?, lease_ms = 0 WHERE id = ?", (LOST, held.id)
        )
    )
    window.now += timedelta(minutes=5)


async def reserved(window: Window, held: Reservation) -> None:
    """Nothing but the reservation."""


async def reserved_and_lost(window: Window, held: Reservation) -> None:
    await lost(window, held)


async def sent(window: Window, held: Reservation) -> None:
    await window.purse.let_go(held)


async def sent_and_lost(window: Window, held: Reservation) -> None:
    await window.purse.let_go(held)
    await lost(window, held)


async def of_an_older_tierwise_and_lost(window: Window, held: Reservation) -> None:
    await window.purse.ledger.write(
        lambda conn: conn.exec_driver_sql("UPDATE reservations SET sent_ms = NULL")
    )
    await lost(window, held)


async def settled(window: Window, held: Reservation) -> None:
    await window.purse.let_go(held)
    await window.purse.settle(held, Usage(10, 10))


async def cancelled_while_streaming(window: Window, held: Reservation) -> None:
    await window.purse.let_go(held)
    await window.purse.settle(held, None, streamed="x" * 40)


async def released(window: Window, held: Reservation) -> None:
    await window.purse.release(held)


async def reaped_by_another(window: Window, held: Reservation) -> None:
    await window.purse.let_go(held)
    await lost(window, held)
    await window.purse.reap()


Life = Callable[[Window, Reservation], Awaitable[None]]


@pytest.mark.parametrize(
    ("life", "again", "state"),
    [
        (reserved, True, "open"),
        (reserved_and_lost, False, "released"),
        (sent, False, "open"),
        (sent_and_lost, False, "assumed"),
        (of_an_older_tierwise_and_lost, False, "assumed"),
        (settled, False, "settled"),
        (cancelled_while_streaming, False, "settled"),
        (released, False, "released"),
        (reaped_by_another, False, "assumed"),
    ],
)
async def test_a_key_is_used_once(life: Life, again: bool, state: str, tmp_path: Path) -> None:
    window = Window(tmp_path)
    ask = window.ask(marked=True)
    held = await window.purse.reserve(ask)
    await life(window, held)
    if again:
        assert (await window.purse.reserve(ask)).id == held.id
    else:
        with pytest.raises(RequestKeyUsed):
            await window.purse.reserve(ask)
    row = await window.purse.ledger.read(lambda conn: reservations.by_id(conn, held.id))
    assert row is not None
    assert row.state == state
    assert row.cost == (held.worst if state == "assumed" else row.cost)
    assert (row.cost > 0) is (state in ("settled", "assumed"))
    assert await consistent(window.purse)
    await window.purse.ledger.close()


@pytest.mark.parametrize("life", [released, settled, reaped_by_another, reserved_and_lost])
async def test_what_was_booked_or_given_back_is_not_let_go(life: Life, tmp_path: Path) -> None:
    window = Window(tmp_path)
    held = await window.purse.reserve(window.ask(marked=True))
    await life(window, held)
    await window.purse.reap()
    with refused(LedgerUnavailable, match="not made"):
        await window.purse.let_go(held)
    await window.purse.ledger.close()


async def test_a_caller_that_marks_nothing_is_taken_for_sent(tmp_path: Path) -> None:
    window = Window(tmp_path)
    ask: ReservationRequest = replace(window.ask(), marked=False)
    held = await window.purse.reserve(ask)
    await lost(window, held)
    assert await window.purse.reap() == 1
    assert (await window.purse.state("p")).day_spent == held.worst
    await window.purse.ledger.close()
