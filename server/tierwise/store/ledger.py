"""The ledger as the rest of the program sees it: one thread that writes, readers beside it.

A write is one synchronous function on the ledger thread: it takes the file lock, runs a
whole transaction and returns. It cannot be cancelled half-way and never waits on the event
loop. Reads see a snapshot on a thread and a connection of their own, which never checkpoints.
An asynchronous engine would run `fn`, and with it the decoding of every row, on the event
loop, so a thread serves them instead.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Final, TypeVar

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store import backup
from tierwise.store.deferred import Connection
from tierwise.store.file import LedgerFile
from tierwise.store.glance import LedgerRows, glance
from tierwise.store.reader import LedgerReader, data_version

__all__ = ["Connection", "Ledger"]

T = TypeVar("T")
log = logging.getLogger(__name__)

OWN_WRITES_S: Final = 0.5
"""Seconds a read waits for writes of its own window that were queued before it."""

WATCH_S: Final = 0.25
"""Seconds between two looks for what other windows wrote; a look costs about 0.1 ms."""


class Ledger:
    """The ledger of one state folder. Open it once per process; `problem` says what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self.problem: LedgerUnavailable | None = None
        """Why paid calls are refused at this moment, as a sentence; `None` when they are not."""
        self._file = LedgerFile(folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._copier = ThreadPoolExecutor(1, thread_name_prefix="ledger-backup")
        self._copying: Future[None] | None = None
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="ledger-reader")
        self._reader = LedgerReader(self.path)
        self._opened = False
        self._last: Future[Any] | None = None

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """A ledger in `folder`. Nothing is imported or touched before the first use."""
        return cls(folder)

    def glance(self, fn: Callable[[LedgerRows], T]) -> T:
        """What `fn` reads before the ledger is opened, like `tierwise.store.glance.glance`."""
        return glance(self.path, fn)

    def warm(self) -> Future[None]:
        """Import and open on the ledger thread, in the background; failures are in `problem`."""
        return self.submit(lambda _conn: None)

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queue a transaction without waiting. Writes happen in the order they were queued."""
        try:
            job = self._thread.submit(self._transaction, fn)
        except RuntimeError:
            raise LedgerUnavailable(ErrorReason("ledger_closed")) from None
        self._last = job
        return job

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction. Raises `LedgerUnavailable`; a cancel does not stop it."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(fn)))

    def write_sync(self, fn: Callable[[Connection], T]) -> T:
        """`write` for callers without an event loop."""
        return self.submit(fn).result()

    async def read(self, fn: Callable[[Connection], T], *, own_writes: bool = True) -> T:
        """Run `fn` on a consistent snapshot, without the lock. Raises `LedgerUnavailable`.

        What this window queued for writing before is seen, unless another window holds the
        ledger for longer than `OWN_WRITES_S`. Without `own_writes` nothing is waited for: what a
        later transaction checks again may be a moment old.
        """
        return await asyncio.wrap_future(self._submit_read(fn, own_writes=own_writes))

    def read_sync(self, fn: Callable[[Connection], T]) -> T:
        """`read` for callers without an event loop."""
        return self._submit_read(fn).result()

    async def changed(self, poll_s: float = WATCH_S) -> None:
        """Wait until anything was written to the ledger, by this window or another."""
        seen = found = await self.read(data_version)
        while found == seen:
            await asyncio.sleep(poll_s)
            found = await self.read(data_version)

    async def close(self) -> None:
        """Finish what is queued, checkpoint and close. Safe to call twice."""
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        """`close` for callers without an event loop."""
        try:
            self._readers.submit(self._reader.close)
            self._readers.shutdown(wait=True)
            self._thread.submit(self._finish).result()
        except RuntimeError:
            return
        self._thread.shutdown(wait=True)

    def _finish(self) -> None:
        """Close the file last: whoever closes last checkpoints, and that must be in the lock."""
        self._copier.shutdown(wait=True)
        self._file.close()

    def _submit_read(self, fn: Callable[[Connection], T], *, own_writes: bool = True) -> Future[T]:
        try:
            return self._readers.submit(self._reading, fn, self._last if own_writes else None)
        except RuntimeError:
            raise LedgerUnavailable(ErrorReason("ledger_closed")) from None

    def _reading(self, fn: Callable[[Connection], T], own: Future[Any] | None) -> T:
        """Open first, so that there is something to read; then read even what is not writable."""
        if own is not None:
            wait([own], timeout=OWN_WRITES_S)
        if not self._opened:
            error = self.warm().exception()
            if error is not None and not self.path.exists():
                raise error
        return self._reader.run(fn)

    def _transaction(self, fn: Callable[[Connection], T]) -> T:
        try:
            result = self._file.transact(fn)
        except LedgerUnavailable as error:
            self.problem = error
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
