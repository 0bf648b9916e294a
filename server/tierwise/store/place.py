"""Where a ledger is kept: the interface that a file and a server have in common."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tierwise.store import backup, faults
from tierwise.store.deferred import Connection
from tierwise.store.file import LedgerFile
from tierwise.store.glance import LedgerRows, glance
from tierwise.store.lock import WAIT_S
from tierwise.store.reader import LedgerReader
from tierwise.store.writes import Write, Written

T = TypeVar("T")
log = logging.getLogger(__name__)


class LedgerPlace(Protocol):
    """Where a ledger is kept, as a file or on a server. One thread writes it, another reads.

    `write` and `read` raise `LedgerUnavailable`.
    """

    def write(self, fn: Callable[[Connection], T], /) -> T:
        """Run `fn` in one transaction that no other writer shares."""
        ...

    def read(self, fn: Callable[[Connection], T], /) -> T:
        """Run `fn` on one snapshot of the ledger, and return its result."""
        ...

    def glance(self, fn: Callable[[LedgerRows], T], /) -> T:
        """Run a quick read before the ledger is opened in full, and return its result.

        Raises an error of the database if it must be opened first.
        """
        ...

    def readable(self) -> bool:
        """Whether the ledger can be read even if it cannot be written."""
        ...

    def copy_due(self) -> bool:
        """Whether it is time for a backup."""
        ...

    def copy(self) -> None:
        """Make a backup. Never raises."""
        ...

    def close_writer(self) -> None:
        """Close the connection that writes, on its thread. Never raises."""
        ...

    def close_reader(self) -> None:
        """Close the connection that reads, on its thread. Never raises."""
        ...


class FilePlace:
    """The ledger of one state folder, in a file."""

    def __init__(self, folder: Path, patience_s: float = WAIT_S) -> None:
        self.path = folder / "ledger.db"
        self._file = LedgerFile(folder, patience_s)
        self._reader = LedgerReader(self.path)

    def write(self, fn: Callable[[Connection], T]) -> T:
        return self._file.transact(fn)

    def write_all(self, fns: Sequence[Write]) -> Sequence[Written]:
        """Run several writes in one transaction, each in a savepoint. Returns the result of each.

        Raises `LedgerUnavailable` where the disk or the database fails: then nothing is written.
        """
        return self._file.transact(lambda conn: [_saved(conn, fn) for fn in fns])

    def read(self, fn: Callable[[Connection], T]) -> T:
        return self._reader.run(fn)

    def glance(self, fn: Callable[[LedgerRows], T]) -> T:
        return glance(self.path, fn)

    def readable(self) -> bool:
        return self.path.exists()

    def copy_due(self) -> bool:
        return backup.due(self.path)

    def copy(self) -> None:
        try:
            backup.rotate(self.path)
        except (OSError, sqlite3.Error) as error:
            log.warning("ledger: no backup could be made (%s)", type(error).__name__)

    def close_writer(self) -> None:
        self._file.close()

    def close_reader(self) -> None:
        self._reader.close()


def _saved(conn: Connection, fn: Write) -> Written:
    """Run one write in a savepoint. Raises only where the disk or the database failed."""
    try:
        with conn.begin_nested():
            return Written(fn(conn))
    except Exception as error:
        if faults.fault_of(error) is not None:
            raise
        return Written(error=error)


def data_version(conn: Connection) -> Any:
    """A value that changes with every commit of any other connection, in any process."""
    statement = (
        "PRAGMA data_version"
        if conn.dialect.name == "sqlite"
        else "SELECT CAST(pg_current_snapshot() AS text)"
    )
    return conn.exec_driver_sql(statement).scalar_one()
