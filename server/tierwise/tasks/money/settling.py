"""Paid calls: each is reserved before and settled after, whatever happens in between.

All calls of models for the tasks of a window go through here. If another window blocks the ledger,
a settlement is tried again in the background, less and less often. If all tries fail, the lease of
the reservation ends and the worst case is booked.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import field, replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from tierwise.budget.purse import Purse, RequestKeyUsed, Reservation, ReservationRequest
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.core.tiers import Ladder, Tier
from tierwise.models.call import Trace
from tierwise.tasks.money.answering import answering
from tierwise.tasks.money.budget_watch import BudgetWatch
from tierwise.tasks.task.task import Task

log = logging.getLogger(__name__)

WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0)
"""Seconds before each further try, about four minutes in all. Each try may also wait
for the lock.
"""
LAST_TRY: Final = 0.3
"""Seconds that the last try may take when the server ends. What it queued is still written."""


KEYS: Final = 1_000
"""How many keys are tried for one call. A task uses a few each time it runs."""

Held = TypeVar("Held")


@dataclass(slots=True)
class PaidCall:
    """A call that may be made: its reservation, and what it is known to have used.

    `asked` is the tier that it goes to. The reservation is for the tier that answers.
    """

    asked: Tier
    reservation: Reservation
    trace: Trace
    booked: Usage | None = None
    """What was booked for it. None while nothing is."""


@dataclass
class Settling:
    """Reserves and settles the paid calls of one editor window. Settlements that the ledger did not
    take wait here.
    """

    purse: Purse
    budget_watch: BudgetWatch
    ladder: Callable[[], Ladder]
    _aside: dict[str, dict[int, tuple[ReservationRequest, Reservation]]] = field(
        default_factory=dict
    )
    """The reservations of parts that no call has taken yet, by task and number of the part."""
    _late: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def paid_call(self, task: Task, request: ReservationRequest) -> AsyncIterator[PaidCall]:
        """Reserve what a call may cost, and settle it when the block ends.

        The block writes what the call used into `trace`. A cancellation waits for the settlement.
        Raises what `Purse.reserve` raises. Then there is no call and nothing to settle.
        """
        reservation = await self._set_aside(task, request) or await self._reserved(task, request)
        self.budget_watch.running(reservation.id)
        trace = Trace(before_sent=partial(self.purse.let_go, reservation))
        call = PaidCall(request.tier, reservation, trace)
        try:
            yield call
        finally:
            await asyncio.shield(self._settle(task, call))

    async def held_for_answering(self, call: PaidCall) -> None:
        """If a team's gateway let another tier answer, change the reservation of a call to that
        tier's prices.

        If this raises `LedgerUnavailable`, the change is made when the call is settled.
        """
        tier = answering(self.ladder(), call.asked, call.trace.model)
        if tier is not None and tier.model != call.reservation.model:
            call.reservation = await self.purse.answered_by(call.reservation, tier)

    @asynccontextmanager
    async def set_aside(
        self, task: Task, requests: Sequence[ReservationRequest]
    ) -> AsyncIterator[None]:
        """Reserve the worst cases of the first calls of all parts, in the order of the parts.

        `paid_call` takes these reservations one by one. Those not taken are released when the block
        ends. Raises what `Purse.reserve_all` raises. Then nothing is reserved.
        """
        held, asks = await self._under_new_keys(task, requests, self.purse.reserve_all)
        for reservation in held:
            self.budget_watch.running(reservation.id)
        self._aside[task.id] = dict(enumerate(zip(asks, held, strict=True)))
        try:
            yield
        finally:
            left = [reservation for _, reservation in self._aside.pop(task.id).values()]
            await asyncio.shield(self._give_back(left))

    async def _set_aside(self, task: Task, request: ReservationRequest) -> Reservation | None:
        """The reservation of the part whose first call this is. None if there is none.

        It releases reservations that no longer fit: those for a tier that no longer answers, and
        one that is too small for the call.
        """
        aside = self._aside.get(task.id, {})
        number = task.run.part_number
        found = aside.pop(number, None) if number is not None else None
        if found is not None:
            ask, reservation = found
            if ask.tier == request.tier and self.purse.worst(request) <= reservation.worst:
                return reservation
            await asyncio.shield(self._give_back([reservation]))
        other = [n for n, (ask, _) in aside.items() if ask.tier.name != request.tier.name]
        await asyncio.shield(self._give_back([aside.pop(n)[1] for n in other]))
        return None

    async def _give_back(self, unused: Sequence[Reservation]) -> None:
        """Release reservations that no call used. If the ledger is not available, their leases run
        out.
        """
        for reservation in unused:
            try:
                await self.purse.release(reservation)
            except LedgerUnavailable as error:
                log.warning("a reservation is not given back yet (%s)", error.reason)
            self.budget_watch.done(reservation.id)
        if unused:
            await self.budget_watch.refresh()

    async def _reserved(self, task: Task, request: ReservationRequest) -> Reservation:
        """A reservation for one call, made now."""
        reserve = self.purse.reserve
        held, _ = await self._under_new_keys(task, [request], lambda asks: reserve(asks[0]))
        return held

    async def _under_new_keys(
        self,
        task: Task,
        requests: Sequence[ReservationRequest],
        reserve: Callable[[Sequence[ReservationRequest]], Awaitable[Held]],
    ) -> tuple[Held, Sequence[ReservationRequest]]:
        """Call `reserve` with keys that were never used. Returns its result and the final requests.

        A task may run again under its id after its process was lost. Then some keys are already
        used.
        """
        asks = [replace(request, marked=True) for request in requests]
        for _ in range(KEYS):
            try:
                return await reserve(asks), asks
            except RequestKeyUsed as used:
                log.info("task %s: key %s was used before", task.id, used)
                asks = [replace(ask, request_id=task.next_reservation()) for ask in asks]
        raise LedgerUnavailable(ErrorReason("task_id_used_up"))

    async def _settle(self, task: Task, call: PaidCall) -> None:
        """Book what a call used. It never raises, so that the call's own error is not hidden."""
        ended = self.purse.clock()
        try:
            await self._book(task, call, ended)
        except LedgerUnavailable as error:
            log.warning("task %s: not settled yet (%s)", task.id, error)
            job = asyncio.create_task(self._again(task, call, ended))
            self._late.add(job)
            job.add_done_callback(self._late.discard)
            return
        except Exception:
            log.exception("task %s: settling failed; its lease will run out", task.id)
        await self._over(call.reservation)

    async def close(self) -> None:
        """Try each waiting settlement a last time, for `LAST_TRY` seconds, and drop the rest.

        The reaper books the dropped ones later at their worst case.
        """
        self._closing.set()
        if self._late:
            _, slow = await asyncio.wait(self._late, timeout=LAST_TRY)
            for job in slow:
                job.cancel()

    async def _again(self, task: Task, call: PaidCall, ended: datetime) -> None:
        """Try again until it is booked or the tries are used up. The lease is renewed meanwhile."""
        try:
            for wait in WAITS:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait)
                try:
                    await self._book(task, call, ended)
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
            await self._over(call.reservation)

    async def _book(self, task: Task, call: PaidCall, ended: datetime) -> None:
        purse, trace = self.purse, call.trace
        if not trace.sent:
            await purse.release(call.reservation, refused=trace.refused)
            return
        await self.held_for_answering(call)
        booked = purse.settle(
            call.reservation,
            trace.bill,
            streamed=trace.streamed,
            thought=trace.thought,
            known=trace.known,
            ended=ended,
        )
        usage, nanos = await booked
        call.booked = usage
        task.paid(usage, nanos)

    async def _over(self, reservation: Reservation) -> None:
        self.budget_watch.done(reservation.id)
        await self.budget_watch.refresh()
