"""Paid calls: reserved before, settled after, whatever happens in between.

The only place where money and model meet. A settlement that another window holds up is tried
again in the background, less and less often. The lease of the reservation is the last resort:
it books the worst case.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from tierwise.budget.purse import Purse, RequestKeyUsed, Reservation, ReservationRequest
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.models.call import Trace
from tierwise.tasks.money.budget_watch import BudgetWatch
from tierwise.tasks.task.task import Task

log = logging.getLogger(__name__)

WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0)
"""Seconds before each further try, about four minutes in all; each may wait for the lock too."""
LAST_TRY: Final = 0.3
"""Seconds the last try may take when the server ends; what it queued is still written."""


KEYS: Final = 1_000
"""Keys tried for one call; a task makes a few calls each time it is asked."""


@dataclass(frozen=True, slots=True)
class PaidCall:
    """A call that may be made: what is reserved for it, and what it is known to have used."""

    reservation: Reservation
    trace: Trace


@dataclass
class Settling:
    """The paid calls of one window, and the settlements that wait for the ledger."""

    purse: Purse
    budget_watch: BudgetWatch
    _aside: dict[str, list[tuple[ReservationRequest, Reservation]]] = field(default_factory=dict)
    """Reservations of tasks in parts that no call took yet, by task."""
    _late: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def paid_call(self, task: Task, request: ReservationRequest) -> AsyncIterator[PaidCall]:
        """Reserve what a call may cost, and settle it when the block ends.

        The call inside keeps its `trace`. A cancellation waits for the settlement. Raises what
        `Purse.reserve` raises; then there is no call and nothing to settle.
        """
        reservation = await self._set_aside(task, request) or await self._reserved(task, request)
        self.budget_watch.running(reservation.id)
        trace = Trace(before_sent=partial(self.purse.let_go, reservation))
        try:
            yield PaidCall(reservation, trace)
        finally:
            await asyncio.shield(self._settle(task, reservation, trace))

    @asynccontextmanager
    async def set_aside(
        self, task: Task, requests: Sequence[ReservationRequest]
    ) -> AsyncIterator[None]:
        """Hold the worst cases of several calls at once, which `paid_call` takes one by one.

        What no call took is given back when the block ends. Raises what `Purse.reserve_all`
        raises; then nothing is held.
        """
        asks = [replace(request, marked=True) for request in requests]
        held = await self.purse.reserve_all(asks)
        for reservation in held:
            self.budget_watch.running(reservation.id)
        self._aside[task.id] = list(zip(asks, held, strict=True))
        try:
            yield
        finally:
            left = [reservation for _, reservation in self._aside.pop(task.id)]
            await asyncio.shield(self._give_back(left))

    async def _set_aside(self, task: Task, request: ReservationRequest) -> Reservation | None:
        """The reservation that is held for this very call; None where there is none.

        Where another tier answers by now, what is held for the old one is given back first.
        """
        aside = self._aside.get(task.id, [])
        for found in aside:
            ask, reservation = found
            if ask.prompt == request.prompt and ask.tier == request.tier:
                aside.remove(found)
                return reservation
        other = [found for found in aside if found[0].tier.name != request.tier.name]
        for found in other:
            aside.remove(found)
        await asyncio.shield(self._give_back([reservation for _, reservation in other]))
        return None

    async def _give_back(self, unused: Sequence[Reservation]) -> None:
        """Release what was never sent; where the ledger is not to be had, its lease runs out."""
        for reservation in unused:
            try:
                await self.purse.release(reservation)
            except LedgerUnavailable as error:
                log.warning("a reservation is not given back yet (%s)", error.reason)
            self.budget_watch.done(reservation.id)
        if unused:
            await self.budget_watch.refresh()

    async def _reserved(self, task: Task, request: ReservationRequest) -> Reservation:
        """A reservation under a key that was never used.

        A task whose process was lost may be asked again under its id, and has used keys before.
        """
        request = replace(request, marked=True)
        for _ in range(KEYS):
            try:
                return await self.purse.reserve(request)
            except RequestKeyUsed:
                log.info("task %s: key %s was used before", task.id, request.request_id)
                request = replace(request, request_id=task.next_reservation())
        raise LedgerUnavailable(ErrorReason("task_id_used_up"))

    async def _settle(self, task: Task, reservation: Reservation, trace: Trace) -> None:
        """Book what a call used. Never lets its own failure hide the call's."""
        ended = self.purse.clock()
        try:
            await self._book(task, reservation, trace, ended)
        except LedgerUnavailable as error:
            log.warning("task %s: not settled yet (%s)", task.id, error)
            job = asyncio.create_task(self._again(task, reservation, trace, ended))
            self._late.add(job)
            job.add_done_callback(self._late.discard)
            return
        except Exception:
            log.exception("task %s: settling failed; its lease will run out", task.id)
        await self._over(reservation)

    async def close(self) -> None:
        """Try each settlement that waits a last time, for `LAST_TRY` seconds, and drop the rest.

        What is dropped is booked later by the reaper, at its worst case.
        """
        self._closing.set()
        if self._late:
            _, slow = await asyncio.wait(self._late, timeout=LAST_TRY)
            for job in slow:
                job.cancel()

    async def _again(
        self, task: Task, reservation: Reservation, trace: Trace, ended: datetime
    ) -> None:
        """Try until it is booked; the lease is renewed for as long as there is hope."""
        try:
            for wait in WAITS:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait)
                try:
                    await self._book(task, reservation, trace, ended)
                except LedgerUnavailable:
                    if self._closing.is_set():
                        break
                else:
                    log.info("task %s: settled late", task.id)
                    return
            log.error("task %s: settling failed; its lease will run out", task.id)
        except Exception:
            log.exception("task %s: settling failed; its lease will run out", task.id)
        finally:
            await self._over(reservation)

    async def _book(
        self, task: Task, reservation: Reservation, trace: Trace, ended: datetime
    ) -> None:
        purse = self.purse
        if not trace.sent:
            await purse.release(reservation)
            return
        booked = purse.settle(
            reservation,
            trace.bill,
            streamed=trace.streamed,
            thought=trace.thought,
            known=trace.known,
            ended=ended,
        )
        task.paid(*await booked)

    async def _over(self, reservation: Reservation) -> None:
        self.budget_watch.done(reservation.id)
        await self.budget_watch.refresh()
