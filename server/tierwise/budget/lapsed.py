"""Books reservations whose process is gone at their worst case, so that no cap is crossed.

A reservation whose request was not yet marked as sent is given back instead: the mark is on disk
before the first byte leaves.
"""

from __future__ import annotations

from typing import Final

from tierwise.core.money import Usage
from tierwise.store import owner, reservations
from tierwise.store.deferred import Connection
from tierwise.store.reservations import ReservationRow

LEASE_MS: Final = 60_000
"""Milliseconds that a reservation is held without being renewed."""

MARGIN_MS: Final = 15_000
"""Milliseconds added to the lease where nobody can know whether the process still lives."""

STUCK_MS: Final = 600_000
"""Milliseconds added to the lease of a process that lives but renews nothing: it is stopped or
hangs."""


def orphaned(row: ReservationRow, alive: bool | None, now_ms: int) -> bool:
    """Whether the process that made this reservation will never settle it.

    `alive` says whether that process lives, None if nobody can know. If it is gone, its lease (how
    long it may be silent) need not run out. A lease that ends later than any lease can means that
    the clock was set back. It is taken as run out, unless the process is known to live.
    """
    if alive is False:
        return True
    over = now_ms - row.lease_ms
    if over < -2 * LEASE_MS:
        return alive is None
    return over > (STUCK_MS if alive else MARGIN_MS)


def reap(conn: Connection, now_ms: int) -> int:
    """Book every reservation whose process is gone at its worst case, marked assumed.

    Returns how many there were. One whose request was certainly not sent is given back instead. If
    the process comes back after all, its true cost replaces the assumed one, and a request whose
    reservation was given back may not be sent.
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
