"""The ledger's engine: one thread that writes, one file lock between windows.

Several editor windows are several processes on one database. SQLite's own busy handler is
unfair (a window can wait for seconds), and releases before 3.51.3 can lose commits when two
connections checkpoint at once; so every write, checkpoint and close happens inside an OS
file lock. A write is one synchronous function on the ledger thread: it cannot be cancelled
half-way and never waits on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tierwise.core.errors import LedgerUnavailable
from tierwise.store import backup, filesystem

if TYPE_CHECKING:
    from filelock import BaseFileLock
    from sqlalchemy import Engine
    from sqlalchemy.engine import Connection

T = TypeVar("T")
log = logging.getLogger(__name__)

LOCK_TIMEOUT: Final = 5.0
"""Seconds a write waits for the other windows; a transaction takes milliseconds."""
CHECKPOINT_PAGES: Final = 1000
"""Write-ahead pages after which the ledger checkpoints itself, inside the lock."""


class Ledger:
    """The database of one state folder. Open it once per process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self.problem: str | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._engine: Engine | None = None
        self._lock: BaseFileLock | None = None
        self._writes = 0

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """A ledger in `folder`. Nothing is imported or touched before the first use."""
        return cls(folder)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction. Raises `LedgerUnavailable`; a cancel does not stop it."""
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._thread, self._transaction, fn)
        return await asyncio.shield(job)

    def write_sync(self, fn: Callable[[Connection], T]) -> T:
        """`write` for callers without an event loop."""
        return self._thread.submit(self._transaction, fn).result()

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a consistent snapshot, without the lock. Raises `LedgerUnavailable`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._reading, fn)

    def read_sync(self, fn: Callable[[Connection], T]) -> T:
        """`read` for callers without an event loop."""
        return self._thread.submit(self._reading, fn).result()

    async def close(self) -> None:
        """Checkpoint and close, inside the lock."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def close_sync(self) -> None:
        """`close` for callers without an event loop."""
        self._thread.submit(self._close).result()
        self._thread.shutdown(wait=False)

    def _transaction(self, fn: Callable[[Connection], T]) -> T:
        with self._guarded("written"), self._locked():
            with self._opened().connect() as conn:
                conn.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    result = fn(conn)
                    conn.commit()
                except BaseException:
                    conn.rollback()
                    raise
            self._writes += 1
            if self._writes % 2_000 == 0:
                backup.rotate(self.path)
            return result

    def _reading(self, fn: Callable[[Connection], T]) -> T:
        with self._guarded("read"):
            if self._engine is None:
                with self._locked():
                    self._opened()
            with self._opened().connect() as conn:
                conn.exec_driver_sql("BEGIN")
                try:
                    return fn(conn)
                finally:
                    conn.rollback()

    @contextmanager
    def _guarded(self, done: str) -> Iterator[None]:
        """Whatever the database or the disk says becomes one sentence for the operator."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
            self.problem = None
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            self.problem = _sentence(error, done)
            log.warning("ledger: %s", type(error).__name__, exc_info=error)
            raise LedgerUnavailable(self.problem) from error
        except LedgerUnavailable as error:
            self.problem = error.message
            raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        if self._lock is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = FileLock(self.folder / "ledger.lock", timeout=LOCK_TIMEOUT, mode=0o600)
        try:
            self._lock.acquire()
        except Timeout:
            raise LedgerUnavailable(
                "Another window holds the ledger for too long; no paid call is made until then."
            ) from None
        try:
            yield
        finally:
            self._lock.release()

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = self._connect()
        return self._engine

    def _connect(self) -> Engine:
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import StaticPool

        from tierwise.store import schema

        backup.restore_if_corrupt(self.path)
        journal = "DELETE" if filesystem.is_network(self.folder) else "WAL"
        engine = create_engine(
            f"sqlite:///{self.path}",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": LOCK_TIMEOUT},
        )

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA journal_mode={journal}")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
            cursor.close()

        with engine.connect() as conn:
            found = conn.exec_driver_sql("PRAGMA user_version").scalar_one()
            if found > schema.VERSION:
                engine.dispose()
                raise LedgerUnavailable(
                    "The ledger is from a newer Tierwise; update this one. No paid call is made."
                )
            if found < schema.VERSION:
                conn.exec_driver_sql("BEGIN IMMEDIATE")
                schema.metadata.create_all(conn)
                conn.exec_driver_sql(f"PRAGMA user_version={schema.VERSION}")
                conn.commit()
        os.chmod(self.path, 0o600)
        return engine

    def _close(self) -> None:
        if self._engine is None:
            return
        try:
            with self._locked(), self._engine.connect() as conn:
                conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                conn.close()
                self._engine.dispose()
        except (LedgerUnavailable, OSError):
            log.warning("the ledger was closed without a checkpoint")
        self._engine = None


def _sentence(error: BaseException, done: str) -> str:
    text = str(error).lower()
    if "full" in text or "no space" in text:
        why = "the disk is full"
    elif "readonly" in text or "read-only" in text or "permission" in text:
        why = "its folder is read-only"
    elif "locked" in text:
        why = "it is locked by another program"
    elif "malformed" in text or "not a database" in text:
        why = "its file is damaged"
    else:
        why = "of an unexpected error (the log has it)"
    because = why if why.startswith("of ") else f": {why}"
    joined = f" because {because}" if because.startswith("of ") else because
    return f"The ledger cannot be {done}{joined}. No paid call is made until it can."
