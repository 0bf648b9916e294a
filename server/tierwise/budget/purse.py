"""The purse: reserve the worst case, spend, settle to what was really used.

Each step is one transaction inside the ledger's lock, so that any number of windows on one
ledger cannot cross a cap together. Whatever goes wrong with the ledger raises, and then no
paid call is made.
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
    """The money of one window. What was reserved is settled at the prices that held when it was
    reserved.
    """

    _doubtful: set[str] = field(default_factory=set)
    _reaped: datetime | None = None
    _calibrated: datetime | None = None

    async def reserve(self, ask: ReservationRequest) -> Reservation:
        """Set the worst case aside, with a smaller output cap where only that fits.

        Raises `BudgetPaused` when the budget is used up, `TaskTooDear` when this task alone
        does not fit, `LedgerUnavailable` when nothing can be booked, `RequestKeyUsed` when a
        request may have been sent under this key before: what a lost process left of it is
        then booked. A cancelled reserve gives back what it may have reserved.
        """
        now = self.clock()
        if self.ledger.served and not self.night:
            return await self._write([ask], now, lambda: self._reserve_there(ask, now))
        return await self._write([ask], now, self._here(lambda conn: self._reserve(conn, ask, now)))

    async def reserve_all(self, asks: Sequence[ReservationRequest]) -> tuple[Reservation, ...]:
        """Set the worst cases of calls that belong together aside, in one transaction: all or none.

        No output cap is made smaller to fit the rest of a budget. Raises like `reserve`.
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
        """Run the transaction of a reservation. A refused one is run again where lost processes
        held what it needs. A cancelled one is taken back. One that may have been made when the
        connection to the ledger broke is taken back as soon as there is a connection again."""
        keys, doubts = {ask.request_id for ask in asks}, frozenset(self._doubtful)
        try:
            try:
                found = await reserve()
            except BudgetPaused:
                # The refusal took back what was booked of lost processes with it.
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
        """What a call costs at worst, in nano-dollars, where nothing makes its output smaller."""
        wish = wish_of(self, ask, self.clock())
        return wish.worst(wish.output_cap)

    async def let_go(self, reservation: Reservation) -> None:
        """Mark a request as sent, on disk, before its first byte leaves.

        Raises `LedgerUnavailable` where that cannot be noted or the reservation has lapsed: a
        window that was stopped for long may find it given back. Then nothing may be sent.
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
        what the server said of the usage before the end, such as the input at the start,
        `ended` when the call was over, where it is booked later than that. A usage given
        together with what was `streamed` is a server's word: it is booked where it can be
        true, else at its upper bound as well; `sure` says of how much it must be true.
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
        """Hold a call that was sent at the prices of another tier, because that one answers it.

        No cap is asked: the call was made. What it holds counts for every call after it.
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
        """Give a reservation back whole. Only for a request that is certainly not billed: it never
        reached a server, or was `refused` by one."""
        at, asked = ms(self.clock()), reservation.row.request_id
        await self.ledger.write(lambda conn: booking.withdraw(conn, asked, at, refused=refused))

    async def renew(self, ids: Sequence[str]) -> None:
        """Extend the leases of what still runs."""
        await self.ledger.write(
            lambda conn: reservations.extend(conn, ids, self._at(conn) + lapsed.LEASE_MS)
        )

    async def reap(self) -> int:
        """Book the worst case of reservations whose process is gone, and give back what may have
        been reserved when the way to the ledger broke. Returns how many there were.
        """
        doubts = frozenset(self._doubtful)
        found = await self.ledger.write(self._reap)
        self._doubtful -= doubts
        return found

    async def give_back(self) -> None:
        """Give back what may have been reserved when the way to the ledger broke, if anything was.

        Raises `LedgerUnavailable` where the way is still broken; then it is tried the next time.
        """
        if self._doubtful:
            await self.reap()

    def _free(self, conn: Connection, ask: ReservationRequest) -> bool:
        """Whether no cap binds a call."""
        return ask.rehearsal or ask.allowed or budget_events.allowed(conn, ask.task_id)

    def _reserve_all(
        self, conn: Connection, asks: Sequence[ReservationRequest], now: datetime
    ) -> tuple[Reservation, ...]:
        wishes = [wish_of(self, ask, now) for ask in asks if not self._free(conn, ask)]
        if wishes:
            first = asks[0]
            found = self.state_at(conn, first.project, now, first.task_id, first.member)
            fit_all(wishes, found)
        # Judged once and as a sum: what the first of them hold does not pause the last.
        return tuple(self._reserve(conn, ask, now, fits=True) for ask in asks)

    def _reserve(
        self, conn: Connection, ask: ReservationRequest, now: datetime, *, fits: bool = False
    ) -> Reservation:
        """The transaction of `reserve`; a refusal rolls it back. `fits`: it was judged before."""
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
        """The time that is sent to the database server: none, unless the clock is a test's."""
        return None if self.clock is days.now else ms(now)

    async def _reserve_there(self, ask: ReservationRequest, now: datetime) -> Reservation:
        """`_reserve` by the server's own function, in one round trip as a rule."""
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
        """The instant that leases count by: the server's, where several machines share one."""
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
