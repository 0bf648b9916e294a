"""What is asked of the purse, and what it hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tierwise.core.tiers import Tier
from tierwise.store import reservations
from tierwise.store.reservations import ReservationRow


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """What is about to be called. `prompt` is measured, never kept.

    `request_id` names the attempt: asked twice, it is reserved once. `whole` asks for
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
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Reservation:
    """A worst case set aside. `max_tokens` is what the call may ask for.

    `note` is shown; it is there where the budget, and not the action's habit, made the cap smaller.
    """

    id: str
    worst: int
    max_tokens: int
    prompt_tokens: int
    model: str
    at: datetime
    row: ReservationRow
    thinking: bool = False
    note: str | None = None


def again(row: ReservationRow, ask: ReservationRequest) -> Reservation:
    """The reservation of a request that was asked twice; a settled one is not spent again."""
    if row.state != reservations.OPEN:
        raise ValueError(f"request {row.request_id} was settled already")
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
    )
