"""The day that calls are booked to (the open day): one row, shared by every editor window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


def read(conn: LedgerRows) -> tuple[str, str, int] | None:
    """The open day: (day, zone it was opened in, latest instant seen in UTC
    milliseconds), if any.
    """
    rows = conn.exec_driver_sql("SELECT day, zone, seen_ms FROM calendar")
    return next(((day, zone, seen_ms) for day, zone, seen_ms in rows), None)


def write(conn: Connection, day: str, zone: str, seen_ms: int) -> None:
    """Set the day that calls are booked to, with its zone and the latest instant seen."""
    values = {"day": day, "zone": zone, "seen_ms": seen_ms}
    if conn.execute(sa.update(schema.calendar).values(**values)).rowcount == 0:
        conn.execute(sa.insert(schema.calendar).values(id=1, **values))
