"""Books what a reserved call used, inside the ledger's lock, and learns bounds from it."""

from __future__ import annotations

import logging
from dataclasses import replace

from tierwise.budget import calibration, settlement, tokens
from tierwise.budget.calibration import Calibration
from tierwise.budget.reservation import Reservation
from tierwise.core.money import Usage
from tierwise.store import reservations, samples
from tierwise.store.deferred import Connection
from tierwise.store.reservations import ReservationRow

log = logging.getLogger(__name__)


def book(
    conn: Connection,
    reservation: Reservation,
    used: Usage,
    cost: int,
    at_ms: int,
    factors: Calibration,
    *,
    told: Usage | None = None,
) -> tuple[Usage, int]:
    """Settle a reservation to its usage and cost in nano-dollars. Returns what was booked.

    `told` is the usage the server reported, which teaches the bounds of later calls. Idempotent:
    what is settled stays as it is. A reservation that was booked at its worst case, because its
    process was thought dead, is corrected by its bill.
    """
    row = reservations.by_id(conn, reservation.id)
    if row is None:
        row = replace(reservation.row, state=reservations.OPEN)
        reservations.insert(conn, row)
    if row.state not in (reservations.OPEN, reservations.ASSUMED):
        return settlement.usage_of(row), row.cost
    reservations.book(conn, row, used, cost, state="settled", at_ms=at_ms)
    if cost > row.worst:
        log.warning("a bill was %d nano-dollars above its reservation", cost - row.worst)
    learned = observations(row, used, told, factors)
    if learned:
        samples.add(conn, *learned)
    return used, cost


def observations(
    row: ReservationRow, used: Usage, told: Usage | None, factors: Calibration
) -> tuple[tuple[samples.Key, int], ...]:
    """What a booked call teaches the bounds: for each histogram the bucket to add one to.

    A rehearsal teaches nothing. A call whose usage was assumed teaches only if the server reported
    (`told`) a prompt that is above its bound and still possible for a text.
    """
    if row.rehearsal or (used.assumed and not _denser(row, told, factors)):
        return ()
    seen = told if used.assumed and told is not None else used
    truncated = seen.output_tokens >= row.max_tokens
    factor = factors.input_factor(row.model, row.language)
    return (
        (
            ("output", row.model, row.action),
            calibration.output_bucket(seen.output_tokens, truncated=truncated),
        ),
        (
            ("input", row.model, row.language or ""),
            calibration.input_bucket(seen.prompt_tokens, round(row.input_bound / factor)),
        ),
    )


def withdraw(conn: Connection, request_id: str, at_ms: int, *, refused: bool = False) -> None:
    """Give back what was set aside for a request that is not billed, if it is not settled yet.

    `refused` says that a server refused it. Without it the request certainly never left this
    machine, even if it was marked as about to be sent.
    """
    row = reservations.by_request(conn, request_id)
    if row is not None and row.state in (reservations.OPEN, reservations.ASSUMED):
        reservations.book(conn, row, Usage(), 0, state="released", at_ms=at_ms)
        if not refused:
            reservations.did_not_leave(conn, row.id)


def _denser(row: ReservationRow, told: Usage | None, factors: Calibration) -> bool:
    """Whether the server reported a prompt above its bound, by no more than is possible for a text.

    No text has more tokens than bytes, and the static bound allows one token for `BOUND_CHARS`
    characters. A larger number is no measurement, so it teaches nothing.
    """
    if told is None or not 0 < told.output_tokens <= row.max_tokens:
        return False
    static = row.input_bound / factors.input_factor(row.model, row.language)
    return row.input_bound < told.prompt_tokens <= static * tokens.BOUND_CHARS
