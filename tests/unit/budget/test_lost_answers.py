"""A reservation whose answer was lost is given back as soon as there is a way to the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.budget.window import Window, consistent

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BudgetPaused, LedgerUnavailable
from tierwise.core.money import to_nanos

AWAY = LedgerUnavailable(ErrorReason("server_away"))


def lose(window: Window, patch: pytest.MonkeyPatch, then: Callable[[], Any]) -> None:
    """What is asked of the ledger is done, and its answer does not arrive; `then` comes instead."""
    for name in ("write", "call"):
        real = getattr(window.purse.ledger, name)

        async def lost(*args: Any, real: Any = real) -> None:
            await real(*args)
            await then()

        patch.setattr(window.purse.ledger, name, lost)


async def away() -> None:
    raise AWAY


async def keep_house(window: Window) -> None:
    """What a purse does now and then is done, so that the next transaction is the reservation."""
    await window.purse.release(await window.purse.reserve(window.ask()))


async def reserve_and_lose(window: Window) -> None:
    """A reservation that was made, though its window was told that the ledger is away."""
    await keep_house(window)
    with pytest.MonkeyPatch.context() as patch:
        lose(window, patch, away)
        with pytest.raises(LedgerUnavailable):
            await window.purse.reserve(window.ask())
    assert await held(window) > 0, "it was made"


async def held(window: Window) -> int:
    return (await window.purse.state("p")).day_reserved


async def test_it_is_given_back_at_once_when_the_way_is_there_again(window: Window) -> None:
    await reserve_and_lose(window)
    await window.purse.give_back()
    assert await held(window) == 0
    assert await consistent(window.purse)


async def test_a_refusal_at_the_next_contact_does_not_leave_it_held(window: Window) -> None:
    await reserve_and_lose(window)
    window.limits = replace(window.limits, day=0)
    with pytest.raises(BudgetPaused):
        await window.purse.reserve(window.ask())
    window.limits = replace(window.limits, day=to_nanos("5"))
    assert await held(window) == 0


async def test_a_way_that_breaks_again_while_it_is_given_back_does_not_leave_it_held(
    window: Window,
) -> None:
    await reserve_and_lose(window)

    def half(fn: Callable[[Any], Any]) -> Any:
        """The transaction runs and is not written."""

        def broken(conn: Any) -> None:
            fn(conn)
            raise AWAY

        return real(broken)

    real = window.purse.ledger.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window.purse.ledger, "write", half)
        with pytest.raises(LedgerUnavailable):
            await window.purse.reap()
    await window.purse.give_back()
    assert await held(window) == 0


async def test_one_that_was_cancelled_while_the_way_was_broken_is_given_back_later(
    window: Window,
) -> None:
    await keep_house(window)
    made = asyncio.Event()

    async def hang() -> None:
        made.set()
        await asyncio.Event().wait()

    def refused(fn: Any) -> Future[Any]:
        found: Future[Any] = Future()
        found.set_exception(AWAY)
        return found

    with pytest.MonkeyPatch.context() as patch:
        lose(window, patch, hang)
        job = asyncio.create_task(window.purse.reserve(window.ask()))
        await made.wait()
        patch.setattr(window.purse.ledger, "submit", refused)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
    assert await held(window) > 0, "it was made"
    await window.purse.give_back()
    assert await held(window) == 0
