"""The database file of the ledger: opened, migrated, restored and written on one thread.

Every method holds the file lock while it touches the file. The connection is kept
between transactions. It is opened again after the file was replaced and after any
error, so that the ledger works again without a restart once the disk has room or may be written.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store import backup, faults, filesystem, repair
from tierwise.store.json_text import dumps
from tierwise.store.lock import WAIT_S, LedgerLock

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")
log = logging.getLogger(__name__)

BUSY_MS: Final = 2_000
"""Milliseconds that SQLite waits for a program that does not take our lock."""

CHECK_BELOW_BYTES: Final = 64 * 2**20
"""Files up to this size are checked whole when they are opened (about 0.1 s for 64 MB)."""


class LedgerFile:
    """The file `ledger.db` of a state folder. Not thread-safe: the ledger thread owns it.

    A write waits `patience_s` seconds for other editor windows.
    """

    def __init__(self, folder: Path, patience_s: float = WAIT_S) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self._lock = LedgerLock(folder / "ledger.lock", patience_s, keeps=True)
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._inode: tuple[int, int] | None = None

    def transact(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction inside the lock.

        A damaged file is set aside and restored once, then `fn` runs again. Raises
        `LedgerUnavailable` for everything the disk or the database refuses; errors of
        `fn` itself roll back and pass through.
        """
        try:
            return self._transact(fn)
        except Exception as error:
            fault = faults.fault_of(error)
            if fault is None:
                raise
            log.warning("ledger: %s (%s)", fault, type(error).__name__)
            if fault != "damaged":
                raise faults.unavailable(fault) from error
        try:
            self._restore()
            return self._transact(fn)
        except Exception as error:
            fault = faults.fault_of(error)
            if fault is None:
                raise
            raise faults.unavailable(fault) from error

    def close(self) -> None:
        """Checkpoint and close, inside the lock. Never raises."""
        try:
            if self._connection is not None:
                with self._lock.held():
                    self._disconnect(checkpoint=True)
        except (LedgerUnavailable, OSError):
            log.warning("ledger: closed without a checkpoint")
            self._forget()
        finally:
            self._lock.close()

    def _transact(self, fn: Callable[[Connection], T]) -> T:
        if self._connection is None:
            self._prepare_folder()
        with self._lock.held():
            connection = self._connected()
            try:
                with connection.begin():
                    return fn(connection)
            except Exception as error:
                if faults.fault_of(error) is not None:
                    self._disconnect()
                raise

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = filesystem.file_system(self.folder)
        if found.lockless:
            raise LedgerUnavailable(ErrorReason.of("no_locks", kind=found.kind))

    def _connected(self) -> Connection:
        """The open connection, or a new one if the file was replaced or not opened yet."""
        if self._connection is not None and self._inode == inode(self.path):
            return self._connection
        self._disconnect()
        if self.path.exists() and self.path.stat().st_size <= CHECK_BELOW_BYTES:
            backup.require_sound(self.path)
        _made(self.path)
        self._engine = _engine(self.path, filesystem.file_system(self.folder).journal)
        try:
            self._connection = self._engine.connect()
            _migrate(self._connection, self.path)
        except BaseException:
            self._disconnect()
            raise
        self._inode = inode(self.path)
        return self._connection

    def _restore(self) -> None:
        with self._lock.held():
            self._disconnect()
            if not backup.sound(self.path):
                repair.restore(self.path)

    def _disconnect(self, *, checkpoint: bool = False) -> None:
        try:
            if self._connection is not None:
                driver = self._connection.connection.driver_connection
                if checkpoint and driver is not None:
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._connection.close()
            if self._engine is not None:
                self._engine.dispose()
        except Exception as error:
            log.warning("ledger: close failed (%s)", type(error).__name__)
        self._forget()

    def _forget(self) -> None:
        self._connection, self._engine, self._inode = None, None, None


def _made(path: Path) -> None:
    """Create the file, readable for the operator alone, if it does not exist.

    An existing file is not opened here: closing it would release the locks of every other
    connection that this process has to it. The next process that ends would then remove their
    write-ahead log.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def inode(path: Path) -> tuple[int, int] | None:
    """The identity of the file that a path names now; `None` if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _engine(path: Path, journal: str) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    engine = create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=StaticPool, json_serializer=dumps
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _migrate(connection: Connection, path: Path) -> None:
    from tierwise.store import daily, migrate

    with connection.begin():
        found = migrate.version(connection)
    if 0 < found < migrate.CURRENT:
        backup.rotate(path)
    with connection.begin():
        migrate.migrate(connection)
        if not daily.check(connection.exec_driver_sql):
            log.warning("ledger: the daily sums were wrong and were added up again")
