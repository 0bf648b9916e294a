"""Reserves money for a call before it is sent, and books its cost when it is over.

Agents and editors share one purse, so together they cannot overspend. If other calls have reserved
the rest of a budget, a call waits for them, because they give most of it back.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import field, replace
from typing import Any, Final, Literal

from tierwise.budget.limits import BudgetState
from tierwise.budget.purse import Purse, Reservation, ReservationRequest
from tierwise.budget.settlement import SureChars
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import BudgetPaused, LedgerUnavailable, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.team import tightest
from tierwise.core.tiers import Tier
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.size import CallSize
from tierwise.gateway.tap import Tap
from tierwise.present import gateway as words
from tierwise.present import team as team_words
from tierwise.present.errors import sentence
from tierwise.present.pause import paused_by_team
from tierwise.store.job_tokens import JobGrant
from tierwise.store.reservations import job_request

log = logging.getLogger(__name__)

WAIT_S: Final = 120.0
"""The most seconds that a call waits for others that have reserved the rest of a budget."""
LOOK_S: Final = 0.5
"""Seconds between checks of what other processes gave back."""
RENEW_S: Final = 15.0
"""Seconds between two renewals of the leases. A lease lasts a minute."""
AGAIN_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0)
"""The waits in seconds before each further try to book a call, if the ledger is unavailable."""


@dataclass(frozen=True, slots=True)
class CallBill:
    """What the gateway asks the purse to reserve for one call.

    `task_id` is "" for a call that belongs to no task.
    """

    task_id: str
    tier: Tier
    size: CallSize
    action: str
    project: str
    rehearsal: bool
    grant: JobGrant | None = None
    member: str | None = None
    """The id of the team member who makes the call."""
    owner: str = ""
    """The team's owner, whom a member has to ask for more money."""

    def request(self) -> ReservationRequest:
        """Make the request for the reservation, with a key of its own.

        All calls of a night job belong to the job's task, so that its cost and its group's cap
        include them.
        """
        key, grant = uuid.uuid4().hex, self.grant
        return ReservationRequest(
            task_id=grant.job if grant is not None else self.task_id or f"call-{key[:12]}",
            request_id=f"gateway:{key}" if grant is None else job_request(grant.job),
            job_cap=grant.cap if grant is not None else None,
            member=self.member,
            tier=self.tier,
            prompt=self.size.text,
            action=self.action,
            language=None,
            max_tokens=self.size.max_tokens,
            project=self.project,
            rehearsal=self.rehearsal,
            full_output=True,
            extra_tokens=self.size.extra_tokens,
            least_output=self.size.least_output,
            searches=self.size.searches,
        )


@dataclass
class Cashier:
    """Sets money aside for the calls of one gateway before they are sent, and books what they cost.

    `night` is the purse for jobs of the night queue. `settled` is called with the project of a call
    when its booking is over, also if the booking failed.
    """

    purse: Purse
    night: Purse
    settled: Callable[[str], None] = lambda project: None
    _open: dict[str, Reservation] = field(default_factory=dict)
    _jobs: set[asyncio.Task[Any]] = field(default_factory=set)
    _room: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start to renew the leases of open reservations. A reservation whose lease is not renewed
        is booked at its worst case.
        """
        self._renewing = asyncio.get_running_loop().create_task(self._renew())

    async def reserve(self, bill: CallBill, *, wait: bool = True) -> Reservation:
        """Reserve the worst-case cost of a call.

        If other calls have reserved the money, it waits for them, at most two minutes. With `wait`
        false it does not wait. Raises `TaskTooDear` if less is left than this call needs, `Refusal`
        with status 402 if nothing may be spent, and `LedgerUnavailable` if the ledger cannot be
        read or written.
        """
        until = time.monotonic() + (WAIT_S if wait else 0.0)
        job = bill.grant.job if bill.grant is not None else None
        purse = self.purse if job is None else self.night
        while True:
            try:
                found = await purse.reserve(bill.request())
                self._open[found.id] = found
                return found
            except TaskTooDear as error:
                if not error.waits or time.monotonic() >= until:
                    raise
            except BudgetPaused:
                state = await purse.state(bill.project, job, bill.member)
                if not state.waits or time.monotonic() >= until:
                    raise Refusal("billing_error", why_paused(state, bill.owner)) from None
            self._room.clear()
            try:
                await asyncio.wait_for(self._room.wait(), LOOK_S)
            except TimeoutError:
                pass

    async def settle(self, reservation: Reservation, tap: Tap, size: CallSize) -> tuple[Usage, int]:
        """Book what a call used. Returns the usage and its cost in nano-dollars.

        If the booking fails for good, it returns no usage and the worst-case cost.
        """
        return await self._finish(reservation, self._booking(reservation, tap, size))

    async def release(self, reservation: Reservation) -> None:
        """Give a reservation back, because the server certainly billed nothing."""

        async def give_back() -> tuple[Usage, int]:
            await self.purse.release(reservation, refused=True)
            return Usage(), 0

        await self._finish(reservation, give_back)

    def end(self) -> None:
        """Try only once more to book what waits for the ledger, because the gateway ends.

        A booking that still fails is given up, and its lease runs out.
        """
        self._closing.set()

    async def close(self) -> None:
        """Wait for the bookings under way, for at most ten seconds."""
        self.end()
        if self._renewing is not None:
            self._renewing.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=10.0)

    def _booking(
        self, reservation: Reservation, tap: Tap, size: CallSize
    ) -> Callable[[], Coroutine[Any, Any, tuple[Usage, int]]]:
        ended, bill, known = self.purse.clock(), tap.bill, tap.usage
        if bill is None and reservation.searches:
            # One more search may have been under way than the gateway saw.
            begun = max(known.searches, tap.searches) + 1
            known = replace(known, searches=min(begun, reservation.searches))

        async def book() -> tuple[Usage, int]:
            return await self.purse.settle(
                reservation,
                bill,
                streamed="",
                thought=tap.chars,
                known=known,
                ended=ended,
                sure=SureChars(size.sure_chars, tap.sure_chars, size.readings),
            )

        return book

    async def _finish(
        self,
        reservation: Reservation,
        book: Callable[[], Coroutine[Any, Any, tuple[Usage, int]]],
    ) -> tuple[Usage, int]:
        """Run a booking as its own task, so that it completes even if its caller is cancelled."""
        job = asyncio.get_running_loop().create_task(self._until_booked(reservation, book))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await asyncio.shield(job)

    async def _until_booked(
        self,
        reservation: Reservation,
        book: Callable[[], Coroutine[Any, Any, tuple[Usage, int]]],
    ) -> tuple[Usage, int]:
        try:
            for wait in (*AGAIN_S, 0.0):
                try:
                    return await book()
                except LedgerUnavailable as error:
                    log.warning("a call is not settled yet (%s)", sentence(error))
                    if self._closing.is_set():
                        break
                try:
                    await asyncio.wait_for(self._closing.wait(), wait)
                except TimeoutError:
                    pass
            log.error("settling failed; the lease of the call will run out")
        except Exception:
            log.exception("settling failed; the lease of the call will run out")
        finally:
            self._open.pop(reservation.id, None)
            self._room.set()
            self.settled(reservation.row.project)
        return Usage(), reservation.worst

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                for purse in (self.purse, self.night):
                    await purse.give_back()
                if self._open:
                    await self.purse.renew(sorted(self._open))
            except LedgerUnavailable:
                log.info("the leases could not be renewed; trying again later")


def why_paused(state: BudgetState, owner: str = "") -> str:
    """The sentence that says why nothing may be spent and what helps: a command, or in a team a
    person to ask.
    """
    if state.hold:
        return state.hold
    team = state.team_paused
    if team is not None:
        return paused_by_team(
            team.scope, team.span, spent=team.spent, limit=team.limit, owner=owner
        )
    spends: tuple[tuple[Literal["day", "night", "project", "hour"], int, int | None], ...] = (
        (state.purse, state.day_spent, state.day_limit),
        ("project", state.project_spent, state.project_limit),
        ("hour", state.hour_spent, state.hour_limit),
    )
    for scope, spent, limit in spends:
        if limit is not None and state.exhausted(spent, limit):
            return words.paused(scope, spent, limit)
    if state.group_limit is not None and state.exhausted(state.group_spent, state.group_limit):
        return words.group_paused(state.group_spent, state.group_limit)
    held = max(state.day_reserved, state.project_reserved, state.hour_reserved)
    return words.in_flight(held, state.left or 0)


def why_too_dear(
    error: TaskTooDear, state: BudgetState, grant: JobGrant | None, owner: str = ""
) -> str:
    """The sentence that says which budget is too small for a call and what helps: a command, or in
    a team a person to ask.
    """
    shared = tightest(state.shared)
    if shared is not None and max(0, shared.left) == error.left:
        return team_words.too_dear(error.needs, error.left, shared.scope, shared.span, owner)
    if grant is not None and error.left <= grant.cap and error.left != state.left:
        return words.job_too_dear(error.needs, error.left)
    lefts: tuple[tuple[Literal["day", "night", "project", "hour"], int | None], ...] = (
        (state.purse, _left(state.day_limit, state.day_spent, state.day_reserved)),
        ("project", _left(state.project_limit, state.project_spent, state.project_reserved)),
        ("hour", _left(state.hour_limit, state.hour_spent, state.hour_reserved)),
    )
    for scope, left in lefts:
        if left is not None and left < error.needs:
            return words.too_dear(error.needs, left, scope)
    return words.too_dear(error.needs, error.left, "request")


def _left(limit: int | None, spent: int, reserved: int) -> int | None:
    return None if limit is None else max(0, limit - spent - reserved)
