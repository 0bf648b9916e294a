"""One lock for everything that writes, checkpoints or closes the ledger, in any process.

SQLite before 3.51.3 can lose commits when two connections checkpoint and commit at once,
and its own busy handler is unfair: the longest wait among eight writers was measured at
ten seconds. One operating system lock around each transaction solves both, and the lock of a
killed process is released.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store.kept_lock import KeptLock, NoFlock

if TYPE_CHECKING:
    from filelock import BaseFileLock

WAIT_S: Final = 5.0
"""Seconds a write waits for the other windows; a transaction takes milliseconds."""

POLL_S: Final = 0.0005
"""Seconds between two tries: a transaction holds the lock for one to three milliseconds."""


class LedgerLock:
    """The operating system lock of a ledger or of the learned state, used by one thread at a time.

    With `keeps` its file stays open until `close`, which saves a third of each transaction's time.
    """

    def __init__(self, path: Path, wait_s: float = WAIT_S, *, keeps: bool = False) -> None:
        self._path = path
        self._wait_s = wait_s
        self._keeps = keeps
        self._kept: KeptLock | None = KeptLock(path)
        self._lock: BaseFileLock | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises `LedgerUnavailable` where it cannot be had in time."""
        lock = self._acquired()
        try:
            yield
        finally:
            lock.release()
            if not self._keeps:
                self.close()

    def close(self) -> None:
        """Close the lock file. It is opened again when the lock is next taken."""
        if self._kept is not None:
            self._kept.close()

    def _acquired(self) -> KeptLock | BaseFileLock:
        if self._kept is not None:
            try:
                if self._kept.acquire(self._wait_s, POLL_S):
                    return self._kept
                raise self._held_by_others()
            except NoFlock:
                self._kept = None
        return self._by_the_library()

    def _by_the_library(self) -> BaseFileLock:
        """The library's lock, for systems without flock."""
        from filelock import FileLock, Timeout

        if self._lock is None:
            self._lock = FileLock(self._path, mode=0o600, thread_local=False)
        try:
            self._lock.acquire(timeout=self._wait_s, poll_interval=POLL_S)
        except Timeout:
            raise self._held_by_others() from None
        return self._lock

    def _held_by_others(self) -> LedgerUnavailable:
        return LedgerUnavailable(ErrorReason.of("ledger_held", seconds=self._wait_s))
