"""What is asked of the purse, and what it hands out."""

from __future__ import annotations

from datetime import UTC, datetime

from tierwise.budget.prices import PriceTable
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Tier
from tierwise.store import owner, reservations
from tierwise.store.reservations import ReservationRow


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """What is about to be called. `prompt` is measured, never kept.

    `request_id` is the key of the attempt: under one key at most one request is ever sent.
    `full_output` asks for
    `max_tokens` as they are, for the one larger attempt after an answer was cut off.
    """

    task_id: str
    request_id: str
    tier: Tier
    prompt: str
    action: str
    language: str | None
    max_tokens: int
    project: str
    rehearsal: bool = False
    allowed: bool = False
    full_output: bool = False
    extra_tokens: int = 0
    """Tokens at most of what goes along and is no text, such as pictures."""
    searches: int = 0
    """Web searches that the server may make for it at most."""
    least_output: int = 0
    """Output tokens below which the call makes no sense; 0 lets the action's habit decide."""
    job_cap: int | None = None
    """What the job of this request may spend in all, in nano-dollars; None for a request of none,
    or where no cap binds its job."""
    member: str | None = None
    """Whose request it is, in a team: the caps of the team bind it."""
    marked: bool = False
    """Whether `Purse.let_go` will be called before it is sent. Otherwise it counts as sent."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A worst case set aside. `max_tokens` is what the call may ask for.

    `capped` says that the budget, and not the action's habit, made the cap smaller.
    """

    id: str
    worst: int
    max_tokens: int
    prompt_tokens: int
    model: str
    at: datetime
    row: ReservationRow
    thinking: bool = False
    capped: bool = False
    prices: PriceTable | None = None
    """The prices it was reserved at; None where they are not known any more."""
    searches: int = 0
    """Web searches that were reserved for."""


class RequestKeyUsed(Exception):
    """A request was made under this key before, by this process or one that was lost."""


def asked_twice(row: ReservationRow, ask: ReservationRequest) -> Reservation:
    """The reservation that this process made under the same key and has not used yet.

    Raises `RequestKeyUsed` where a request may have left under the key, or its reservation is
    another process's or booked: nothing is sent again under it.
    """
    if row.state != reservations.OPEN or not row.unsent or row.owner != owner.identity():
        raise RequestKeyUsed(row.request_id)
    return reservation_of(row, ask, datetime.fromtimestamp(row.created_ms / 1000, UTC))


def reservation_of(row: ReservationRow, ask: ReservationRequest, at: datetime) -> Reservation:
    return Reservation(
        id=row.id,
        worst=row.worst,
        max_tokens=row.max_tokens,
        prompt_tokens=row.input_bound,
        model=row.model,
        at=at,
        row=row,
        thinking="thinking" in ask.tier.features,
        searches=ask.searches,
    )
