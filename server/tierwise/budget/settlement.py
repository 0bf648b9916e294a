"""What a finished or broken-off attempt cost. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tierwise.budget import tokens
from tierwise.budget.ask import Reservation
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage
from tierwise.store.reservations import ReservationRow

THINKING_PER_S: Final = 150
"""Tokens a second that a model may think unseen; for a call that ended without a bill."""


def billed(reservation: Reservation, usage: Usage, prices: PriceTable) -> int:
    """Nano-dollars of a usage the server reported, at the price of when it was reserved."""
    row = reservation.row
    return prices.cost(row.model, usage, reservation.at, row.base_url)


def assumed(
    reservation: Reservation,
    streamed: str,
    known: Usage | None,
    seconds: float,
    prices: PriceTable,
) -> tuple[Usage, int]:
    """An upper bound of what was used by a call nobody billed, and its nano-dollars.

    The input counts whole even when nothing was streamed: it is billed as soon as the
    request is accepted. `known` is what the server said at the start, `seconds` how long
    the call ran: a model that thinks before it speaks has used tokens nobody saw.
    """
    output = tokens.output_bound(streamed)
    if reservation.thinking:
        output = max(output, round(max(seconds, 0.0) * THINKING_PER_S))
    output = min(output, reservation.max_tokens)
    if known is not None and known.prompt_tokens:
        used = replace(known, output_tokens=max(output, known.output_tokens), assumed=True)
        return used, billed(reservation, used, prices)
    row, bound = reservation.row, reservation.prompt_tokens
    rate = prices.dearest_band(row.model, reservation.at, bound, row.base_url)
    used = Usage(bound, output, assumed=True)
    return used, bound * rate.dearest_input + output * rate.output


def usage_of(row: ReservationRow) -> Usage:
    """The usage a settled reservation was booked with."""
    return Usage(
        row.input_tokens,
        row.output_tokens,
        row.cache_read_tokens,
        row.cache_write_5m_tokens,
        row.cache_write_1h_tokens,
        row.assumed,
    )
