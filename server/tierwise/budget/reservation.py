"""What a caller asks of the purse, and the reservation it gets."""

from __future__ import annotations

from datetime import UTC, datetime

from tierwise.budget.prices import PriceTable
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Tier
from tierwise.store import owner, reservations
from tierwise.store.reservations import ReservationRow


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """A call that is about to be made, for which the worst case is to be set aside.

    `prompt` is measured and never kept. `request_id` is the key of the attempt: under one key at
    most one request is ever sent. `allowed` says that the operator let the task go beyond the caps.
    `full_output` asks for all of `max_tokens`, for the one larger attempt after an answer was cut
    off.
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
    """Upper bound of the tokens of what is sent beside text, such as pictures."""
    searches: int = 0
    """The most web searches that the server may make for the answer."""
    least_output: int = 0
    """Output tokens below which the call makes no sense; with 0 it is twice the action's median."""
    job_cap: int | None = None
    """What the job of this request may spend in all, in nano-dollars. None if it has no job, or a
    job without a cap."""
    member: str | None = None
    """The member of a team who makes the request. The team's caps bind it then."""
    marked: bool = False
    """Whether `Purse.let_go` will be called before it is sent. Otherwise it counts as sent."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A worst case that is set aside. `max_tokens` is the output that the call may ask for.

    `capped` says that the budget made this output smaller, and not the action's usual size.
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
    """The prices it was reserved at; None where they are not known."""
    searches: int = 0
    """Web searches whose cost is in the reservation."""


class RequestKeyUsed(Exception):
    """A request was made under this key before, by this process or by another."""


def asked_twice(row: ReservationRow, ask: ReservationRequest) -> Reservation:
    """The reservation that this process made under the same key and has not used yet: `row`.

    Raises `RequestKeyUsed` where a request may have been sent under the key, or where its
    reservation is booked or belongs to another process: nothing is sent under that key again.
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
