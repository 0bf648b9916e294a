"""Rows that a test puts into a ledger and reads back."""

from __future__ import annotations

from collections.abc import Callable

from tierwise.store.deferred import Connection


def put(key: str, nanos: int = 1) -> Callable[[Connection], None]:
    """A write of one row."""

    def write(conn: Connection) -> None:
        conn.exec_driver_sql(
            "INSERT INTO budget_events (at_ms, kind, scope, key, nanos) VALUES (1, 'raise', 'day',"
            " ?, ?)",
            (key, nanos),
        )

    return write


def keys(conn: Connection) -> list[str]:
    """The rows that were put, in order."""
    return list(conn.exec_driver_sql("SELECT key FROM budget_events ORDER BY id").scalars())
