"""Reads the ledger before SQLAlchemy is imported: what the first titles in the editor must know.

The import takes a fifth of a second. The few rows that a title depends on take a millisecond. So
the statements that read them are plain SQL, which runs on the driver's connection as well.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from tierwise.store.steps import STEPS

T = TypeVar("T")

BUSY_S: Final = 0.1
"""Seconds that a glance waits for a writer. After that the ledger must be opened as usual."""


class LedgerRows(Protocol):
    """A connection that runs plain SQL and returns rows with their columns in order."""

    def exec_driver_sql(
        self, statement: str, parameters: tuple[Any, ...] = (), /
    ) -> Iterable[Any]: ...


class _Plain:
    """The driver's connection as `LedgerRows`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def exec_driver_sql(self, statement: str, parameters: tuple[Any, ...] = (), /) -> Iterable[Any]:
        return self._connection.execute(statement, parameters)


class _Empty:
    """A ledger that does not exist yet, as `LedgerRows`."""

    def exec_driver_sql(self, statement: str, parameters: tuple[Any, ...] = (), /) -> Iterable[Any]:
        return ()


def glance(path: Path, fn: Callable[[LedgerRows], T]) -> T:
    """Run `fn` on one snapshot of the ledger, before it is opened as usual, and return its result.

    The snapshot is empty if the ledger does not exist yet.

    Raises `sqlite3.Error` for a ledger that must be opened first: one that is damaged, locked by a
    writer, of an older shape that lacks what `fn` reads, or of a newer one whose rows mean
    something else.
    """
    if not path.exists():
        return fn(_Empty())
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        connection.execute("BEGIN")
        (shape,) = connection.execute("PRAGMA user_version").fetchone()
        if shape > len(STEPS):
            raise sqlite3.DatabaseError("a newer shape")
        return fn(_Plain(connection))
    finally:
        connection.close()
