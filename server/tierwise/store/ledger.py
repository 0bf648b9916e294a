"""The ledger as the rest of the program sees it: one thread writes, another reads.

A write is one synchronous function on the ledger thread: it takes the file lock, runs a
whole transaction and returns. It cannot be cancelled half-way and never waits on the event
loop. Reads see a snapshot on a thread and a connection of their own, which never checkpoints.
An asynchronous engine would run `fn`, and with it the decoding of every row, on the event
loop, so threads are used instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store.deferred import Connection
from tierwise.store.glance import LedgerRows
from tierwise.store.lock import WAIT_S
from tierwise.store.place import FilePlace, LedgerPlace, data_version
from tierwise.store.postgres.place import PostgresPlace
from tierwise.store.writes import Write, WriteQueue, Written

__all__ = ["Connection", "Ledger"]

T = TypeVar("T")

OWN_WRITES_S: Final = 0.5
"""Seconds a read waits for writes of its own window that were queued before it."""

WATCH_S: Final = 0.25
"""Seconds between two checks whether other windows wrote; a check takes about 0.1 ms."""


class Ledger:
    """The ledger of one state folder. Open it once per process; `problem` says what is wrong.

    With a `url` the ledger is on a PostgreSQL server instead of in the folder.
    """

    def __init__(self, folder: Path, url: str | None = None, *, patience_s: float = WAIT_S) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self.problem: LedgerUnavailable | None = None
        """The error with which paid calls are refused now; `None` when they are not."""
        self._server = PostgresPlace(url) if url else None
        file = FilePlace(folder, patience_s)
        self._place: LedgerPlace = self._server or file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        shared = partial(self._shared, file) if self._server is None else None
        self._writes = WriteQueue(self._thread, self._transaction, shared)
        self._copier = ThreadPoolExecutor(1, thread_name_prefix="ledger-backup")
        self._copying: Future[None] | None = None
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="ledger-reader")
        self._opened = False
        self._last: Future[Any] | None = None

    @classmethod
    def open(cls, folder: Path, url: str | None = None, *, patience_s: float = WAIT_S) -> Ledger:
        """A ledger in `folder` or at `url`. Nothing is imported or touched before the first use.

        A write waits `patience_s` seconds for other editor windows of the folder.
        """
        return cls(folder, url, patience_s=patience_s)

    @property
    def served(self) -> bool:
        """Whether the ledger is on a database server, which also runs functions of its own
        (`call`).
        """
        return self._server is not None

    def glance(self, fn: Callable[[LedgerRows], T]) -> T:
        """Run a quick read before the ledger is opened, and return its result.

        Raises an error of the database if the ledger must be opened first.
        """
        return self._place.glance(fn)

    def warm(self) -> Future[None]:
        """Import and open on the ledger thread, in the background; failures are in `problem`."""
        return self.submit(lambda _conn: None)

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queue a write without waiting. Writes run in the order they were queued.

        Writes that wait at the same time may share a transaction; each has a savepoint. Raises
        `LedgerUnavailable` if the ledger was closed.
        """
        try:
            job = self._writes.submit(fn)
        except RuntimeError:
            raise LedgerUnavailable(ErrorReason("ledger_closed")) from None
        self._last = job
        return job

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction. Raises `LedgerUnavailable`; a cancel does not stop it."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(fn)))

    async def call(self, statement: str, parameters: tuple[Any, ...]) -> Any:
        """Let the server run one statement, which is a transaction of its own: one round trip.

        Only for a ledger that is `served`. The statement may run twice if the connection breaks.
        Raises `LedgerUnavailable`; a cancel does not stop it.
        """
        assert self._server is not None
        try:
            job = self._thread.submit(self._calling, self._server, statement, parameters)
        except RuntimeError:
            raise LedgerUnavailable(ErrorReason("ledger_closed")) from None
        self._last = job
        return await asyncio.shield(asyncio.wrap_future(job))

    def write_sync(self, fn: Callable[[Connection], T]) -> T:
        """`write` for callers without an event loop."""
        return self.submit(fn).result()

    async def read(self, fn: Callable[[Connection], T], *, own_writes: bool = True) -> T:
        """Run `fn` on a consistent snapshot, without the lock. Raises `LedgerUnavailable`.

        The snapshot has all that this window queued for writing before, unless another window holds
        the ledger for longer than `OWN_WRITES_S`. Without `own_writes` the read does not wait and
        may be a moment old. That suffices where a later transaction checks again.
        """
        return await asyncio.wrap_future(self._submit_read(fn, own_writes=own_writes))

    def read_sync(self, fn: Callable[[Connection], T]) -> T:
        """`read` for callers without an event loop."""
        return self._submit_read(fn).result()

    async def changed(self, poll_s: float = WATCH_S) -> None:
        """Wait until anything was written to the ledger, by this process or another."""
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
            self._readers.submit(self._place.close_reader)
            self._readers.shutdown(wait=True)
            self._thread.submit(self._finish).result()
        except RuntimeError:
            return
        self._thread.shutdown(wait=True)

    def _finish(self) -> None:
        """Close the file last. Closing writes a checkpoint, which must happen inside the lock."""
        self._copier.shutdown(wait=True)
        self._place.close_writer()

    def _submit_read(self, fn: Callable[[Connection], T], *, own_writes: bool = True) -> Future[T]:
        try:
            return self._readers.submit(self._reading, fn, self._last if own_writes else None)
        except RuntimeError:
            raise LedgerUnavailable(ErrorReason("ledger_closed")) from None

    def _reading(self, fn: Callable[[Connection], T], own: Future[Any] | None) -> T:
        """Read on the reading thread.

        It opens the ledger first, so that there is something to read. If that fails because it
        cannot be written, it is read all the same, if it can be.
        """
        if own is not None:
            wait([own], timeout=OWN_WRITES_S)
        if not self._opened:
            error = self.warm().exception()
            if error is not None and not self._place.readable():
                raise error
        return self._place.read(fn)

    def _transaction(self, fn: Callable[[Connection], T]) -> T:
        try:
            result = self._place.write(fn)
        except LedgerUnavailable as error:
            self.problem = error
            raise
        self._wrote()
        return result

    def _shared(self, file: FilePlace, fns: Sequence[Write]) -> Sequence[Written]:
        found = file.write_all(fns)
        self._wrote()
        return found

    def _wrote(self) -> None:
        self.problem, self._opened = None, True
        if (self._copying is None or self._copying.done()) and self._place.copy_due():
            self._copying = self._copier.submit(self._place.copy)

    def _calling(self, server: PostgresPlace, statement: str, parameters: tuple[Any, ...]) -> Any:
        try:
            found = server.call(statement, parameters)
        except LedgerUnavailable as error:
            self.problem = error
            raise
        self.problem, self._opened = None, True
        return found
