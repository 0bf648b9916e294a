"""Works out what a call may spend at worst, and the ledger row of its reservation."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from tierwise.budget import forecast, lapsed, tokens
from tierwise.budget.headroom import SpendWish
from tierwise.budget.reservation import Reservation, ReservationRequest
from tierwise.budget.spend import Spend, ms
from tierwise.core.tiers import Tier
from tierwise.store import owner, reservations
from tierwise.store.deferred import Connection
from tierwise.store.reservations import ReservationRow


def wish_of(spend: Spend, ask: ReservationRequest, now: datetime) -> SpendWish:
    """What a call would use at worst, at the dearest prices that can hold for it."""
    tier, most = ask.tier, ask.max_tokens
    bound = tokens.upper_bound(ask.prompt, spend.calibration.input_factor(tier.model, ask.language))
    bound += ask.extra_tokens
    return SpendWish(
        input_bound=bound,
        output_cap=most
        if ask.full_output
        else spend.calibration.output_cap(tier.model, ask.action, most),
        useful=ask.least_output or 2 * spend.calibration.median_output(tier.model, ask.action),
        rate=spend.prices.dearest_band(tier.model, now, bound, tier.base_url),
        tier=tier.label,
        most=spend.limits().request,
        fees=spend.prices.fees(tier.model, ask.searches, now, tier.base_url),
    )


def row_of(spend: Spend, ask: ReservationRequest, wish: SpendWish, now: datetime) -> ReservationRow:
    """The row of a reservation with all that is known before the purse decides."""
    tier = ask.tier
    return ReservationRow(
        id=uuid.uuid4().hex,
        request_id=ask.request_id,
        task_id=ask.task_id,
        created_ms=ms(now),
        lease_ms=ms(now) + lapsed.LEASE_MS,
        owner=owner.identity(),
        day="",
        period="",
        project=ask.project,
        action=ask.action,
        language=ask.language,
        tier=tier.name,
        model=tier.model,
        base_url=tier.base_url,
        input_chars=len(ask.prompt),
        input_bound=wish.input_bound,
        max_tokens=wish.output_cap,
        worst=0,
        expected=forecast.expected_spend(
            tier, ask.action, len(ask.prompt), spend.prices, at=now, calibration=spend.calibration
        ),
        allowed=False,
        price_known=spend.prices.known(tier.model, tier.base_url),
        rehearsal=ask.rehearsal,
        sent_ms=0 if ask.marked else ms(now),
        member=ask.member,
    )


def at_tier(spend: Spend, reservation: Reservation, tier: Tier) -> ReservationRow:
    """The row of a reservation when another tier answers it: the amounts are at that
    tier's prices.
    """
    row, at, prices = reservation.row, reservation.at, reservation.prices or spend.prices
    rate = prices.dearest_band(tier.model, at, row.input_bound, tier.base_url)
    fees = prices.fees(tier.model, reservation.searches, at, tier.base_url)
    worst = row.input_bound * rate.dearest_input + row.max_tokens * rate.output + fees
    expected = forecast.expected_spend(
        tier, row.action, row.input_chars, prices, at=at, calibration=spend.calibration
    )
    return replace(
        row,
        tier=tier.name,
        model=tier.model,
        base_url=tier.base_url,
        worst=worst,
        expected=min(expected, worst),
        price_known=prices.known(tier.model, tier.base_url),
    )


def within_job(conn: Connection, ask: ReservationRequest, wish: SpendWish) -> SpendWish:
    """What the call may use, limited to what is left of the cap of the job it belongs to."""
    job = reservations.job_of(ask.request_id)
    if job is None or ask.job_cap is None:
        return wish
    sums = reservations.sums_of_job(conn, job)
    left = max(0, ask.job_cap - sums.settled - sums.reserved)
    if wish.most is not None and wish.most <= left:
        return wish
    return replace(wish, most=left, held=sums.reserved)
