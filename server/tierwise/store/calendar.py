"""The day that is open in the ledger: one row, shared by every window."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


def read(conn: Connection) -> tuple[str, str, int] | None:
    """(day, zone it was opened in, latest instant seen in UTC milliseconds)."""
    row = conn.execute(_select()).first()
    return (row.day, row.zone, row.seen_ms) if row else None


def write(conn: Connection, day: str, zone: str, seen_ms: int) -> None:
    """Put that day in place of the one before."""
    values = {"day": day, "zone": zone, "seen_ms": seen_ms}
    if conn.execute(sa.update(schema.calendar).values(**values)).rowcount == 0:
        conn.execute(sa.insert(schema.calendar).values(id=1, **values))


@cache
def _select() -> sa.Select[Any]:
    return sa.select(schema.calendar)
