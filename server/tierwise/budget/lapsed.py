"""Reservations whose process is gone: booked at their worst case, so that no cap is crossed.

One whose request was not yet marked as sent is given back instead: the mark is on disk before
the first byte leaves.
"""

from __future__ import annotations

from typing import Final

from tierwise.core.money import Usage
from tierwise.store import owner, reservations
from tierwise.store.deferred import Connection
from tierwise.store.reservations import ReservationRow

LEASE_MS: Final = 60_000
"""How long a reservation is held without being renewed, in milliseconds."""

MARGIN_MS: Final = 15_000
"""Beyond its lease, where it cannot be known whether the process still lives."""

STUCK_MS: Final = 600_000
"""Beyond its lease, where the process lives but renews nothing: it is stopped or hangs."""


def orphaned(row: ReservationRow, alive: bool | None, now_ms: int) -> bool:
    """Whether nobody will settle this reservation any more.

    A process known to be gone settles nothing, so its lease need not run out. A lease
    further ahead than a lease is long tells of a clock that was set back; it counts as
    run out.
    """
    if alive is False:
        return True
    over = now_ms - row.lease_ms
    if over < -2 * LEASE_MS:
        return alive is None
    return over > (STUCK_MS if alive else MARGIN_MS)


def reap(conn: Connection, now_ms: int) -> int:
    """Book every orphan at its worst case, marked assumed. Returns how many orphans there were.

    What was certainly not sent is given back. Should the process come back after all, its
    settlement replaces the assumption, and a request that was given back is not let go.
    """
    found = [
        row for row in reservations.open_rows(conn) if orphaned(row, owner.alive(row.owner), now_ms)
    ]
    for row in found:
        if row.unsent:
            reservations.book(conn, row, Usage(), 0, state="released", at_ms=now_ms)
            continue
        usage = Usage(input_tokens=row.input_bound, output_tokens=row.max_tokens, assumed=True)
        reservations.book(conn, row, usage, row.worst, state=reservations.ASSUMED, at_ms=now_ms)
    return len(found)
