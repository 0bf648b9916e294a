"""The purse: reserve the worst case, spend, settle to what was really used.

Each step is one transaction inside the ledger's lock, so that any number of windows on one
ledger cannot cross a cap together. Whatever goes wrong with the ledger raises, and then no
paid call is made.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from tierwise.budget import accounts, booking, days, forecast, lapsed, settlement, tokens
from tierwise.budget.calibration import Calibration
from tierwise.budget.headroom import SpendWish, fit, fit_all
from tierwise.budget.limits import BudgetState, Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.reservation import (
    RequestKeyUsed,
    Reservation,
    ReservationRequest,
    asked_twice,
    reservation_of,
)
from tierwise.budget.settlement import CallEnd
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BudgetPaused, LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.store import budget_events, calendar, owner, reservations, samples
from tierwise.store.deferred import Connection
from tierwise.store.glance import LedgerRows
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import ReservationRow

__all__ = ["Purse", "RequestKeyUsed", "Reservation", "ReservationRequest", "Scope"]

log = logging.getLogger(__name__)

CHEAPEST_PROMPT: Final = 2_000
"""Prompt tokens of the smallest reservation, which decides whether a budget is used up."""

REAP_EVERY: Final = timedelta(seconds=10)
RECALIBRATE_EVERY: Final = timedelta(seconds=60)

Scope = Literal["day", "project"]


@dataclass
class Purse:
    """The money of one window.

    `price_table` and `limits` are asked anew each time, so that changes take effect. What was
    reserved is settled at the prices of then.
    """

    ledger: Ledger
    price_table: Callable[[], PriceTable]
    limits: Callable[[], Limits]
    cheapest: Callable[[], Tier]
    clock: Callable[[], datetime] = days.now
    calibration: Calibration = field(default_factory=Calibration)
    _reaped: datetime | None = None
    _calibrated: datetime | None = None

    @property
    def prices(self) -> PriceTable:
        """The prices as they are now."""
        return self.price_table()

    async def reserve(self, ask: ReservationRequest) -> Reservation:
        """Set the worst case aside, with a smaller output cap where only that fits.

        Raises `BudgetPaused` when the budget is used up, `TaskTooDear` when this task alone
        does not fit, `LedgerUnavailable` when nothing can be booked, `RequestKeyUsed` when a
        request may have been sent under this key before: what a lost process left of it is
        then booked. A cancelled reserve gives back what it may have reserved.
        """
        now = self.clock()
        try:
            try:
                return await self.ledger.write(lambda conn: self._reserve(conn, ask, now))
            except BudgetPaused:
                # The refusal took back what was booked of lost processes with it.
                if not await self.reap():
                    raise
                return await self.ledger.write(lambda conn: self._reserve(conn, ask, now))
        except asyncio.CancelledError:
            self.ledger.submit(lambda conn: booking.withdraw(conn, ask.request_id, _ms(now)))
            raise
        except RequestKeyUsed:
            await self.reap()
            raise

    async def reserve_all(self, asks: Sequence[ReservationRequest]) -> tuple[Reservation, ...]:
        """Set the worst cases of calls that belong together aside, in one transaction: all or none.

        No output cap is made smaller to fit the rest of a budget. Raises like `reserve`.
        """
        now = self.clock()
        try:
            return await self.ledger.write(lambda conn: self._reserve_all(conn, asks, now))
        except asyncio.CancelledError:
            self.ledger.submit(lambda conn: _withdraw(conn, asks, _ms(now)))
            raise
        except RequestKeyUsed:
            await self.reap()
            raise

    def worst(self, ask: ReservationRequest) -> int:
        """What a call costs at worst, in nano-dollars, where nothing makes its output smaller."""
        wish = self._wish(ask, self.clock())
        return wish.worst(wish.output_cap)

    async def let_go(self, reservation: Reservation) -> None:
        """Mark a request as sent, on disk, before its first byte leaves.

        Raises `LedgerUnavailable` where that cannot be noted or the reservation has lapsed: a
        window that was stopped for long may find it given back. Then nothing may be sent.
        """
        at = _ms(self.clock())
        if not await self.ledger.write(
            lambda conn: reservations.mark_sent(conn, reservation.id, at)
        ):
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
    ) -> tuple[Usage, int]:
        """Book what was used; the usage and its cost in nano-dollars. Idempotent.

        Without a bill (cancelled, cut, crashed after it was sent) the input and what was
        streamed are booked at their upper bound, marked assumed; never nothing. `known` is
        what the server said of the usage before the end, such as the input at the start,
        `ended` when the call was over, where it is booked later than that. A usage given
        together with what was `streamed` is a server's word: it is booked where it can be
        true, else at its upper bound as well.
        """
        now, prices = self.clock(), reservation.prices or self.prices
        if usage is not None and streamed is None:
            used, cost = usage, settlement.billed(reservation, usage, prices)
        else:
            seconds = ((ended or now) - reservation.at).total_seconds()
            end = CallEnd(usage, known, streamed or "", thought, seconds)
            used, cost = settlement.booked(reservation, end, prices)
        return await self.ledger.write(
            lambda conn: booking.book(
                conn, reservation, used, cost, _ms(now), self.calibration, told=usage
            )
        )

    async def release(self, reservation: Reservation) -> None:
        """Give a reservation back whole. Only for a request that was certainly never sent."""
        at = _ms(self.clock())
        await self.ledger.write(lambda conn: booking.withdraw(conn, reservation.row.request_id, at))

    async def renew(self, ids: Sequence[str]) -> None:
        """Extend the leases of what still runs."""
        lease = _ms(self.clock()) + lapsed.LEASE_MS
        await self.ledger.write(lambda conn: reservations.extend(conn, ids, lease))

    async def reap(self) -> int:
        """Book the worst case of reservations whose process is gone; how many there were."""
        now = _ms(self.clock())
        return await self.ledger.write(lambda conn: lapsed.reap(conn, now))

    async def state(self, project: str) -> BudgetState:
        """Spend and caps as they are now, in every window."""
        return await self.ledger.read(lambda conn: self.state_in(conn, project))

    def state_in(self, conn: Connection, project: str) -> BudgetState:
        """`state` inside a read that is under way."""
        return self._state(conn, project, self.clock())

    def glance(self, conn: LedgerRows, project: str) -> BudgetState:
        """`state` before the ledger is opened; what answers took so far is taken over as well."""
        self.calibration = Calibration(samples.read(conn))
        return self._state(conn, project, self.clock())

    def state_sync(self, project: str) -> BudgetState:
        """`state` for the command line."""
        now = self.clock()
        return self.ledger.read_sync(lambda conn: self._state(conn, project, now))

    async def raise_by(self, nanos: int, project: str, scope: Scope = "day") -> BudgetState:
        """Raise a cap for its current day or period, effective at once in every window.

        Where there is no cap there is nothing to raise, and nothing is kept for later.
        """

        def change(conn: Connection, state: BudgetState) -> None:
            limit = state.day_limit if scope == "day" else state.project_limit
            if limit is not None:
                at = _ms(self.clock())
                budget_events.note(conn, "raise", scope, _key(state, scope), at, nanos=nanos)

        return await self._change(project, change)

    async def set_cap(self, nanos: int | None, project: str, scope: Scope) -> BudgetState:
        """Set a cap in place of the configured one; None goes back to the configuration."""
        key = "" if scope == "day" else project
        return await self._change(
            project,
            lambda conn, _: budget_events.note(
                conn, "set", scope, key, _ms(self.clock()), nanos=nanos
            ),
        )

    async def allow(self, task_id: str, project: str) -> BudgetState:
        """Let one task run beyond the caps; what it spends still counts."""
        return await self._change(
            project,
            lambda conn, state: budget_events.note(
                conn, "allow", "task", state.day, _ms(self.clock()), task_id=task_id
            ),
        )

    async def resume(self, project: str) -> BudgetState:
        """End a hold: the operator has seen the reason. The clock of now is believed."""

        def change(conn: Connection, state: BudgetState) -> None:
            now = self.clock()
            budget_events.note(conn, "resume", "", state.day, _ms(now))
            found = calendar.read(conn)
            if found is not None and found[2] - _ms(now) > days.MAX_BACK.total_seconds() * 1000:
                zone = self.limits().timezone
                calendar.write(conn, days.day_of(now, zone), zone or days.local_name(), _ms(now))

        return await self._change(project, change)

    async def _change(
        self, project: str, change: Callable[[Connection, BudgetState], None]
    ) -> BudgetState:
        def write(conn: Connection) -> BudgetState:
            change(conn, self._state(conn, project, self.clock()))
            return self._state(conn, project, self.clock())

        return await self.ledger.write(write)

    def _reserve_all(
        self, conn: Connection, asks: Sequence[ReservationRequest], now: datetime
    ) -> tuple[Reservation, ...]:
        wishes = [self._wish(ask, now) for ask in asks if not self._free(conn, ask)]
        if wishes:
            fit_all(wishes, self._state(conn, asks[0].project, now))
        return tuple(self._reserve(conn, ask, now) for ask in asks)

    def _free(self, conn: Connection, ask: ReservationRequest) -> bool:
        """Whether no cap binds a call."""
        return ask.rehearsal or ask.allowed or budget_events.allowed(conn, ask.task_id)

    def _reserve(self, conn: Connection, ask: ReservationRequest, now: datetime) -> Reservation:
        """The transaction of `reserve`; a refusal rolls it back."""
        self._housekeeping(conn, now)
        existing = reservations.by_request(conn, ask.request_id)
        if existing is not None:
            return asked_twice(existing, ask)
        state = self._state(conn, ask.project, now)
        try:
            accounts.open_day(conn, accounts.today(conn, self.limits(), now))
        except days.ClockWentBack:
            log.warning("the clock went back beyond what is believed")
        return self._insert(conn, ask, state, now)

    def _wish(self, ask: ReservationRequest, now: datetime) -> SpendWish:
        """A call as money sees it."""
        tier, most = ask.tier, ask.max_tokens
        bound = tokens.upper_bound(
            ask.prompt, self.calibration.input_factor(tier.model, ask.language)
        )
        bound += ask.extra_tokens
        return SpendWish(
            input_bound=bound,
            output_cap=most
            if ask.full_output
            else self.calibration.output_cap(tier.model, ask.action, most),
            useful=ask.least_output or 2 * self.calibration.median_output(tier.model, ask.action),
            rate=self.prices.dearest_band(tier.model, now, bound, tier.base_url),
            tier=tier.label,
            most=self.limits().request,
        )

    def _insert(
        self, conn: Connection, ask: ReservationRequest, state: BudgetState, now: datetime
    ) -> Reservation:
        tier, free, wish = ask.tier, self._free(conn, ask), self._wish(ask, now)
        found = fit(wish, None if free else state)
        expected = forecast.expected_spend(
            tier, ask.action, len(ask.prompt), self.prices, at=now, calibration=self.calibration
        )
        row = ReservationRow(
            id=uuid.uuid4().hex,
            request_id=ask.request_id,
            task_id=ask.task_id,
            created_ms=_ms(now),
            lease_ms=_ms(now) + lapsed.LEASE_MS,
            owner=owner.identity(),
            day=state.day,
            period=state.period,
            project=ask.project,
            action=ask.action,
            language=ask.language,
            tier=tier.name,
            model=tier.model,
            base_url=tier.base_url,
            input_chars=len(ask.prompt),
            input_bound=wish.input_bound,
            max_tokens=found.max_tokens,
            worst=found.worst,
            expected=min(expected, found.worst),
            allowed=free and not ask.rehearsal,
            price_known=self.prices.known(tier.model, tier.base_url),
            rehearsal=ask.rehearsal,
            sent_ms=0 if ask.marked else _ms(now),
        )
        reservations.insert(conn, row)
        return replace(reservation_of(row, ask, now), capped=found.capped, prices=self.prices)

    def _housekeeping(self, conn: Connection, now: datetime) -> None:
        if self._reaped is None or not timedelta(0) <= now - self._reaped < REAP_EVERY:
            lapsed.reap(conn, _ms(now))
            self._reaped = now
        last = self._calibrated
        if last is None or not timedelta(0) <= now - last < RECALIBRATE_EVERY:
            self.calibration = Calibration(samples.read(conn))
            self._calibrated = now

    def _state(self, conn: LedgerRows, project: str, now: datetime) -> BudgetState:
        tier = self.cheapest()
        rate = self.prices.rate(tier.model, now, CHEAPEST_PROMPT, tier.base_url)
        smallest = CHEAPEST_PROMPT * rate.dearest_input + tokens.SMALLEST_OUTPUT * rate.output
        try:
            return accounts.state(conn, self.limits(), project, now, smallest)
        except days.UnknownZone as error:
            reason = ErrorReason.of("unknown_zone", name=str(error))
            raise LedgerUnavailable(reason) from None


def _key(state: BudgetState, scope: Scope) -> str:
    if scope == "day":
        return state.day
    return reservations.project_key(state.project, state.period)


def _withdraw(conn: Connection, asks: Sequence[ReservationRequest], at_ms: int) -> None:
    for ask in asks:
        booking.withdraw(conn, ask.request_id, at_ms)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
