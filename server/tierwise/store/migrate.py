"""Steps from one shape of the ledger to the next, counted in `PRAGMA user_version`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy.engine import Connection

from tierwise.core.errors import LedgerUnavailable
from tierwise.store import schema

Step = Callable[[Connection], None]


def create(conn: Connection) -> None:
    """The tables as they are described in `schema`."""
    schema.metadata.create_all(conn)


STEPS: Final[tuple[Step, ...]] = (create,)
"""Step n takes a ledger from version n to n + 1; a step that was shipped never changes."""

CURRENT: Final = len(STEPS)


def version(conn: Connection) -> int:
    """The version of the schema in an open ledger; 0 for an empty file."""
    return int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())


def migrate(conn: Connection, steps: Sequence[Step] = STEPS) -> None:
    """Bring an open ledger up to date inside the caller's transaction: all steps or none.

    Raises `LedgerUnavailable` for a ledger that a newer Tierwise wrote: it can be read,
    but what its columns mean is not known here, so nothing is written.
    """
    found = version(conn)
    if found > len(steps):
        raise LedgerUnavailable(
            "The ledger was written by a newer Tierwise, so this one only reads it and makes no "
            "paid call. Update Tierwise."
        )
    for step in steps[found:]:
        step(conn)
    if found < len(steps):
        conn.exec_driver_sql(f"PRAGMA user_version={len(steps)}")
