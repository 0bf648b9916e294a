"""What an attempt cost that has ended or broken off. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from tierwise.budget import tokens
from tierwise.budget.prices import PriceTable
from tierwise.budget.reservation import Reservation
from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage
from tierwise.store.reservations import ReservationRow

THINKING_PER_S: Final = 150
"""Tokens per second that a model may use for hidden thinking, for calls that have no bill."""
LOOSEST_CHARS: Final = 12
"""More characters per token than any tokenizer reaches over a whole text: three times the usual
four."""


@dataclass(frozen=True, slots=True)
class SureChars:
    """The least that a bill must cover to be believed, in characters.

    `prompt` and `answer` are billed in any case. `readings` is how often the server may bill the
    prompt: it reads it again after each tool it runs.
    """

    prompt: int
    answer: int
    readings: int = 1


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What is known of a call that is over.

    `bill` is the usage the server reported at the end of a whole answer, `known` the usage it
    reported until the call broke off. `streamed` is the text that came, `thought` the characters of
    thinking that came. `seconds` is how long the call ran: a model that thinks before it answers
    has used tokens that nobody saw.
    """

    bill: Usage | None = None
    known: Usage | None = None
    streamed: str = ""
    thought: int = 0
    seconds: float = 0.0
    sure: SureChars | None = None

    @property
    def answer_chars(self) -> int:
        """Characters of the answer that are billed in any case."""
        return self.sure.answer if self.sure is not None else len(self.streamed) + self.thought


def billed(reservation: Reservation, usage: Usage, prices: PriceTable) -> int:
    """Nano-dollars of a usage that the server reported, at the prices of the time of
    reservation.
    """
    row = reservation.row
    return prices.cost(row.model, usage, reservation.at, row.base_url)


def booked(reservation: Reservation, end: CallEnd, prices: PriceTable) -> tuple[Usage, int]:
    """The usage to book for a call and its nano-dollars: never nothing, unless its price is 0.

    A bill is booked as it is if all of it can be true. Else the whole call is booked at its upper
    bound, marked assumed: a server that reports one wrong number may leave out others.
    """
    row, bill = reservation.row, end.bill
    if bill is not None and prices.free(row.model, reservation.at, row.base_url):
        return bill, 0
    if bill is None:
        return assumed(reservation, end, prices)
    least = max(min(1, reservation.max_tokens), math.ceil(end.answer_chars / LOOSEST_CHARS))
    if least <= bill.output_tokens <= reservation.max_tokens and believable_input(
        reservation, bill, end.sure
    ):
        return bill, billed(reservation, bill, prices)
    told = Usage(0, bill.output_tokens, searches=bill.searches)
    return assumed(reservation, replace(end, known=told), prices)


def believable_input(reservation: Reservation, told: Usage, sure: SureChars | None = None) -> bool:
    """Whether the reported input and cache counts can be true for the prompt that was sent."""
    chars, readings = reservation.row.input_chars, 1
    if sure is not None:
        chars, readings = sure.prompt, sure.readings
    least = math.ceil(chars / LOOSEST_CHARS)
    return max(1, least) <= told.prompt_tokens <= reservation.prompt_tokens * readings


def assumed(reservation: Reservation, end: CallEnd, prices: PriceTable) -> tuple[Usage, int]:
    """An upper bound of what a call without a bill used, and its nano-dollars.

    The whole prompt is in it even if no answer came: it is billed as soon as the request is
    accepted.
    """
    output = tokens.output_bound(end.streamed) + math.ceil(end.thought / tokens.BOUND_CHARS)
    if reservation.thinking:
        output = max(output, round(max(end.seconds, 0.0) * THINKING_PER_S))
    known = end.known
    searches = known.searches if known is not None else 0
    if known is not None and known.output_tokens <= reservation.max_tokens:
        output = max(output, known.output_tokens)
    output = min(output, reservation.max_tokens)
    if known is not None and believable_input(reservation, known, end.sure):
        used = replace(known, output_tokens=output, assumed=True)
        return used, billed(reservation, used, prices)
    row, bound = reservation.row, reservation.prompt_tokens
    rate = prices.dearest_band(row.model, reservation.at, bound, row.base_url)
    used = Usage(bound, output, assumed=True, searches=searches)
    fees = prices.fees(row.model, searches, reservation.at, row.base_url)
    return used, bound * rate.dearest_input + output * rate.output + fees


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
