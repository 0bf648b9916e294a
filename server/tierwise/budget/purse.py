"""The purse: reserve the worst case, make the call, settle to what was really used.

Each step is one transaction inside the ledger's lock, so that any number of windows on one
ledger cannot cross a cap together. If anything goes wrong with the ledger, an error is raised and
no paid call is made.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from tierwise.budget import (
    accounts,
    booking,
    days,
    lapsed,
    served,
    settlement,
)
from tierwise.budget.calibration import Calibration
from tierwise.budget.caps import Caps, Scope
from tierwise.budget.headroom import fit, fit_all
from tierwise.budget.limits import BudgetState
from tierwise.budget.reservation import (
    RequestKeyUsed,
    Reservation,
    ReservationRequest,
    asked_twice,
    reservation_of,
)
from tierwise.budget.served import ServedWish
from tierwise.budget.settlement import CallEnd, SureChars
from tierwise.budget.spend import ms, unknown_zone
from tierwise.budget.wishes import at_tier, row_of, wish_of, within_job
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BudgetPaused, LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.store import budget_events, reservations, samples
from tierwise.store.deferred import Connection

__all__ = ["Purse", "RequestKeyUsed", "Reservation", "ReservationRequest", "Scope"]

log = logging.getLogger(__name__)

REAP_EVERY: Final = timedelta(seconds=10)
RECALIBRATE_EVERY: Final = timedelta(seconds=60)

Held = TypeVar("Held")


@dataclass
class Purse(Caps):
    """Sets aside the worst case of each call of an editor window, and books what it really cost.

    A reservation is settled at the prices that held when it was made.
    """

    _doubtful: set[str] = field(default_factory=set)
    _reaped: datetime | None = None
    _calibrated: datetime | None = None

    async def reserve(self, ask: ReservationRequest) -> Reservation:
        """Set the worst case aside. The output cap is made smaller if only that fits.

        Raises `BudgetPaused` when the budget is used up or on hold, `TaskTooDear` when this call
        does not fit what is left, and `LedgerUnavailable` when nothing can be booked. Raises
        `RequestKeyUsed` when a request may have been sent under this key before; if a lost process
        sent it, it is booked then. A cancelled call of `reserve` gives back what it may have
        reserved.
        """
        now = self.clock()
        if self.ledger.served and not self.night:
            return await self._write([ask], now, lambda: self._reserve_there(ask, now))
        return await self._write([ask], now, self._here(lambda conn: self._reserve(conn, ask, now)))

    async def reserve_all(self, asks: Sequence[ReservationRequest]) -> tuple[Reservation, ...]:
        """Set the worst cases of calls that belong together aside, in one transaction: all or none.

        No output cap is made smaller. Raises like `reserve`.
        """
        now = self.clock()
        return await self._write(
            asks, now, self._here(lambda conn: self._reserve_all(conn, asks, now))
        )

    def _here(self, reserve: Callable[[Connection], Held]) -> Callable[[], Awaitable[Held]]:
        return lambda: self.ledger.write(reserve)

    async def _write(
        self,
        asks: Sequence[ReservationRequest],
        now: datetime,
        reserve: Callable[[], Awaitable[Held]],
    ) -> Held:
        """Run the transaction of a reservation.

        After a refusal it is run again if lost processes held the money. If it is cancelled, what
        it reserved is given back. If the connection to the ledger broke and it may have reserved,
        that is given back as soon as there is a connection again.
        """
        keys, doubts = {ask.request_id for ask in asks}, frozenset(self._doubtful)
        try:
            try:
                found = await reserve()
            except BudgetPaused:
                # The refusal rolled back the bookings of lost processes too, so reap again.
                if not await self.reap():
                    raise
                found = await reserve()
        except asyncio.CancelledError:
            self._doubtful |= keys
            self.ledger.submit(lambda conn: _withdraw(conn, keys, ms(now)))
            raise
        except RequestKeyUsed:
            await self.reap()
            raise
        except LedgerUnavailable:
            self._doubtful |= keys
            raise
        # Only now is it certain that the transaction which took them back was written.
        self._doubtful -= keys | doubts
        return found

    def worst(self, ask: ReservationRequest) -> int:
        """The worst case of a call in nano-dollars, with its whole output cap."""
        wish = wish_of(self, ask, self.clock())
        return wish.worst(wish.output_cap)

    async def let_go(self, reservation: Reservation) -> None:
        """Mark a request as sent, on disk, before its first byte leaves.

        Raises `LedgerUnavailable` where the mark cannot be written, or where the reservation has
        lapsed: a window that was suspended for long may find it given back. Then nothing may be
        sent.
        """
        at = ms(self.clock())
        if self.ledger.served:
            noted = await served.let_go(self.ledger, reservation.id, self._told(self.clock()))
        else:
            noted = await self.ledger.write(
                lambda conn: reservations.mark_sent(conn, reservation.id, at)
            )
        if not noted:
            raise LedgerUnavailable(ErrorReason.of("reservation_lapsed"))

    async def settle(
        self,
        reservation: Reservation,
        usage: Usage | None,
        *,
        streamed: str | None = None,
        thought: int = 0,
        known: Usage | None = None,
        ended: datetime | None = None,
        sure: SureChars | None = None,
    ) -> tuple[Usage, int]:
        """Book what was used. Returns the usage and its cost in nano-dollars. Idempotent.

        Without a bill (cancelled, cut, crashed after it was sent) the input and what was
        streamed are booked at their upper bound, marked assumed; never nothing. `known` is
        what the server said of the usage before the end, such as the input at the start.
        `ended` is when the call ended, if it is booked later than that. A usage that comes
        together with what was `streamed` is checked: it is booked if it can be true, else the upper
        bound is booked. `sure` says which part of the prompt and answer it must cover at least.
        """
        now, prices = self.clock(), reservation.prices or self.prices
        if usage is not None and streamed is None:
            used, cost = usage, settlement.billed(reservation, usage, prices)
        else:
            seconds = ((ended or now) - reservation.at).total_seconds()
            end = CallEnd(usage, known, streamed or "", thought, seconds, sure)
            used, cost = settlement.booked(reservation, end, prices)
        if not self.ledger.served:
            return await self.ledger.write(
                lambda conn: booking.book(
                    conn, reservation, used, cost, ms(now), self.calibration, told=usage
                )
            )
        learned = booking.observations(reservation.row, used, usage, self.calibration)
        return await served.settle(self.ledger, reservation, used, cost, learned, self._told(now))

    async def answered_by(self, reservation: Reservation, tier: Tier) -> Reservation:
        """Change a reservation to the prices of another tier, because that tier answers the call.

        No cap is checked, since the call was made already. The new amount is taken off what later
        calls may spend.
        """
        row = at_tier(self, reservation, tier)
        await self.ledger.write(lambda conn: reservations.answered_by(conn, row))
        return replace(
            reservation,
            model=row.model,
            worst=row.worst,
            row=row,
            thinking="thinking" in tier.features,
        )

    async def release(self, reservation: Reservation, *, refused: bool = False) -> None:
        """Give a whole reservation back. Use it only for a request that is certainly not billed.

        Such a request never reached a server, or a server `refused` it.
        """
        at, asked = ms(self.clock()), reservation.row.request_id
        await self.ledger.write(lambda conn: booking.withdraw(conn, asked, at, refused=refused))

    async def renew(self, ids: Sequence[str]) -> None:
        """Extend the leases of calls that still run."""
        await self.ledger.write(
            lambda conn: reservations.extend(conn, ids, self._at(conn) + lapsed.LEASE_MS)
        )

    async def reap(self) -> int:
        """Book the worst case of reservations whose process is gone.

        It also gives back what may have been reserved when the connection to the ledger broke.
        Returns how many reservations both were.
        """
        doubts = frozenset(self._doubtful)
        found = await self.ledger.write(self._reap)
        self._doubtful -= doubts
        return found

    async def give_back(self) -> None:
        """Give back what may have been reserved when the connection to the ledger broke, if
        anything was.

        Raises `LedgerUnavailable` while there is no connection; the next call tries again.
        """
        if self._doubtful:
            await self.reap()

    def _free(self, conn: Connection, ask: ReservationRequest) -> bool:
        """Whether no cap binds a call: it is a rehearsal, or the operator allowed its task."""
        return ask.rehearsal or ask.allowed or budget_events.allowed(conn, ask.task_id)

    def _reserve_all(
        self, conn: Connection, asks: Sequence[ReservationRequest], now: datetime
    ) -> tuple[Reservation, ...]:
        wishes = [wish_of(self, ask, now) for ask in asks if not self._free(conn, ask)]
        if wishes:
            first = asks[0]
            found = self.state_at(conn, first.project, now, first.task_id, first.member)
            fit_all(wishes, found)
        # All were checked as one sum, so the first of them must not make the last one wait.
        return tuple(self._reserve(conn, ask, now, fits=True) for ask in asks)

    def _reserve(
        self, conn: Connection, ask: ReservationRequest, now: datetime, *, fits: bool = False
    ) -> Reservation:
        """The transaction of `reserve`; a refusal rolls it back.

        `fits` says that the caps were checked.
        """
        self._housekeeping(conn, now)
        existing = reservations.by_request(conn, ask.request_id)
        if existing is not None:
            return asked_twice(existing, ask)
        state = self.state_at(conn, ask.project, now, ask.task_id, ask.member)
        try:
            accounts.open_day(conn, self.limits(), now)
        except days.ClockWentBack:
            log.warning("the clock went back beyond what is believed")
        return self._insert(conn, ask, state, now, fits=fits)

    def _insert(
        self,
        conn: Connection,
        ask: ReservationRequest,
        state: BudgetState,
        now: datetime,
        *,
        fits: bool,
    ) -> Reservation:
        free = self._free(conn, ask)
        wish = within_job(conn, ask, wish_of(self, ask, now))
        found = fit(wish, None if free or fits else state)
        row = row_of(self, ask, wish, now)
        row = replace(
            row,
            day=state.day,
            period=state.period,
            max_tokens=found.max_tokens,
            worst=found.worst,
            expected=min(row.expected, found.worst),
            allowed=free and not ask.rehearsal,
        )
        reservations.insert(conn, row)
        return replace(reservation_of(row, ask, now), capped=found.capped, prices=self.prices)

    def _told(self, now: datetime) -> int | None:
        """The time that is sent to the database server, or None for the server's own clock.

        A time is sent only if a test replaced the clock.
        """
        return None if self.clock is days.now else ms(now)

    async def _reserve_there(self, ask: ReservationRequest, now: datetime) -> Reservation:
        """`_reserve` by a function inside the database server, normally in one round trip."""
        if self._doubtful or not self._kept_house(now):
            await self.ledger.write(lambda conn: self._housekeeping(conn, now))
        wish = wish_of(self, ask, now)
        try:
            found = await served.reserve(
                self.ledger,
                ServedWish(
                    ask, wish, self.limits(), self.smallest(now),
                    row_of(self, ask, wish, now), self._told(now),
                ),
            )  # fmt: skip
        except days.UnknownZone as error:
            raise unknown_zone(error) from None
        return replace(found, prices=self.prices)

    def _at(self, conn: Connection) -> int:
        """The instant by which leases are measured: the database server's, if machines share the
        ledger.
        """
        if conn.dialect.name == "sqlite" or self.clock is not days.now:
            return ms(self.clock())
        return int(conn.exec_driver_sql("SELECT now_ms()").scalar_one())

    def _reap(self, conn: Connection) -> int:
        at, doubts = self._at(conn), tuple(self._doubtful)
        _withdraw(conn, doubts, at)
        return len(doubts) + lapsed.reap(conn, at)

    def _kept_house(self, now: datetime) -> bool:
        return all(
            last is not None and timedelta(0) <= now - last < often
            for last, often in (
                (self._reaped, REAP_EVERY),
                (self._calibrated, RECALIBRATE_EVERY),
            )
        )

    def _housekeeping(self, conn: Connection, now: datetime) -> None:
        due = self._reaped is None or not timedelta(0) <= now - self._reaped < REAP_EVERY
        if due or self._doubtful:
            self._reap(conn)
            self._reaped = now
        last = self._calibrated
        if last is None or not timedelta(0) <= now - last < RECALIBRATE_EVERY:
            self.calibration = Calibration(samples.read(conn))
            self._calibrated = now


def _withdraw(conn: Connection, keys: Collection[str], at_ms: int) -> None:
    for key in keys:
        booking.withdraw(conn, key, at_ms)
