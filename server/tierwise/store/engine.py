"""The ledger as the rest of the program sees it: one thread that writes, readers beside it.

A write is one synchronous function on the ledger thread: it takes the file lock, runs a
whole transaction and returns. It cannot be cancelled half-way and never waits on the event
loop. Reads see a snapshot on a connection of their own, which never checkpoints.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tierwise.core.errors import LedgerUnavailable
from tierwise.store import backup, faults
from tierwise.store.deferred import Connection
from tierwise.store.file import LedgerFile, inode

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Connection", "Ledger"]

T = TypeVar("T")
log = logging.getLogger(__name__)

WATCH_S: Final = 0.25
"""Seconds between two looks for what other windows wrote; a look costs about 0.1 ms."""


class Ledger:
    """The ledger of one state folder. Open it once per process; `problem` says what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self.problem: str | None = None
        """Why paid calls are refused at this moment, as a sentence; `None` when they are not."""
        self._file = LedgerFile(folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._copier = ThreadPoolExecutor(1, thread_name_prefix="ledger-backup")
        self._copying: Future[None] | None = None
        self._reader: _Reader | None = None
        self._opened = False

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """A ledger in `folder`. Nothing is imported or touched before the first use."""
        return cls(folder)

    def warm(self) -> Future[None]:
        """Import and open on the ledger thread, in the background; failures are in `problem`."""
        return self.submit(lambda _conn: None)

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queue a transaction without waiting. Writes happen in the order they were queued."""
        try:
            return self._thread.submit(self._transaction, fn)
        except RuntimeError:
            raise LedgerUnavailable("The ledger is closed, so no paid call is made.") from None

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction. Raises `LedgerUnavailable`; a cancel does not stop it."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(fn)))

    def write_sync(self, fn: Callable[[Connection], T]) -> T:
        """`write` for callers without an event loop."""
        return self.submit(fn).result()

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a consistent snapshot, without the lock. Raises `LedgerUnavailable`."""
        await self._ready()
        loop, file = asyncio.get_running_loop(), inode(self.path)
        if self._reader is None or not self._reader.serves(loop, file):
            await self._drop_reader()
            self._reader = _Reader(self.path, loop, file)
        try:
            return await self._reader.run(fn)
        except Exception as error:
            await self._drop_reader()
            fault = faults.fault_of(error)
            if fault is None:
                raise
            raise faults.unavailable(fault) from error

    def read_sync(self, fn: Callable[[Connection], T]) -> T:
        """`read` for callers without an event loop; opens and closes a connection of its own."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        if not self._opened:
            self._open_for_reading(self.warm())
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=lambda: sqlite3.connect(_read_only(self.path), uri=True, timeout=2.0),
            poolclass=NullPool,
        )
        try:
            with engine.connect() as conn:
                return fn(conn)
        except Exception as error:
            fault = faults.fault_of(error)
            if fault is None:
                raise
            raise faults.unavailable(fault) from error

    async def changed(self, poll_s: float = WATCH_S) -> None:
        """Wait until anything was written to the ledger, by this window or another."""
        seen = found = await self.read(_data_version)
        while found == seen:
            await asyncio.sleep(poll_s)
            found = await self.read(_data_version)

    async def close(self) -> None:
        """Finish what is queued, checkpoint and close. Safe to call twice."""
        await self._drop_reader()
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        """`close` for callers without an event loop."""
        try:
            self._thread.submit(self._file.close).result()
        except RuntimeError:
            return
        self._thread.shutdown(wait=True)
        self._copier.shutdown(wait=True)

    async def _ready(self) -> None:
        if not self._opened:
            warming = self.warm()
            await asyncio.wait([asyncio.wrap_future(warming)])
            self._open_for_reading(warming)

    def _open_for_reading(self, warming: Future[None]) -> None:
        """A ledger that cannot be written (newer, read-only, full disk) may still be read."""
        error = warming.exception()
        if error is not None and not self.path.exists():
            raise error

    async def _drop_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.close()

    def _transaction(self, fn: Callable[[Connection], T]) -> T:
        try:
            result = self._file.transact(fn)
        except LedgerUnavailable as error:
            self.problem = error.message
            raise
        self.problem, self._opened = None, True
        if (self._copying is None or self._copying.done()) and backup.due(self.path):
            self._copying = self._copier.submit(self._backup)
        return result

    def _backup(self) -> None:
        try:
            backup.rotate(self.path)
        except (OSError, sqlite3.Error) as error:
            log.warning("ledger: no backup could be made (%s)", type(error).__name__)


class _Reader:
    """The asynchronous engine of one event loop, on a read-only connection."""

    def __init__(
        self, path: Path, loop: asyncio.AbstractEventLoop, file: tuple[int, int] | None
    ) -> None:
        from sqlalchemy import event
        from sqlalchemy.ext.asyncio import create_async_engine

        self._loop, self._inode = loop, file
        self._engine: AsyncEngine = create_async_engine(
            f"sqlite+aiosqlite:///{_read_only(path)}&uri=true",
            pool_size=1,
            max_overflow=0,
            connect_args={"timeout": 2.0, "isolation_level": None},
        )
        event.listen(self._engine.sync_engine, "begin", _begin)

    def serves(self, loop: asyncio.AbstractEventLoop, file: tuple[int, int] | None) -> bool:
        return loop is self._loop and file == self._inode

    async def run(self, fn: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as conn:
            return await conn.run_sync(fn)

    async def close(self) -> None:
        if asyncio.get_running_loop() is self._loop:
            await self._engine.dispose()


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN")


def _data_version(conn: Connection) -> int:
    return int(conn.exec_driver_sql("PRAGMA data_version").scalar_one())


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
