"""Reads the ledger: snapshots on a read-only connection that never checkpoints."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tierwise.store import faults
from tierwise.store.file import inode

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")

BUSY_S: Final = 2.0
"""Seconds that a read waits for writers where there is no write-ahead log."""


class LedgerReader:
    """A read-only connection.

    It is opened again after the file was replaced. One thread owns it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._inode: tuple[int, int] | None = None

    def run(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on one snapshot. Raises `LedgerUnavailable` for what the disk refuses."""
        try:
            connection = self._connected()
            with connection.begin() as snapshot:
                try:
                    return fn(connection)
                finally:
                    snapshot.rollback()
        except Exception as error:
            fault = faults.fault_of(error)
            if fault is None:
                raise
            self.close()
            raise faults.unavailable(fault) from error

    def close(self) -> None:
        """Close the file. Never raises."""
        try:
            if self._connection is not None:
                self._connection.close()
            if self._engine is not None:
                self._engine.dispose()
        except Exception:
            pass
        self._connection, self._engine, self._inode = None, None, None

    def _connected(self) -> Connection:
        found = inode(self._path)
        if self._connection is None or self._inode != found:
            self.close()
            self._engine = _engine(self._path)
            self._connection, self._inode = self._engine.connect(), found
        return self._connection


def _engine(path: Path) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
