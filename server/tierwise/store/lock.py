"""One lock for everything that writes, checkpoints or closes the ledger, in any process.

SQLite before 3.51.3 can lose commits when two connections checkpoint and commit at once,
and its own busy handler is unfair: the longest wait among eight writers was measured at
ten seconds. One operating system lock around each transaction cures both, and a killed
holder frees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable

if TYPE_CHECKING:
    from filelock import BaseFileLock

WAIT_S: Final = 5.0
"""Seconds a write waits for the other windows; a transaction takes milliseconds."""

POLL_S: Final = 0.0005
"""Seconds between two tries: a transaction holds the lock for one to three milliseconds."""


class LedgerLock:
    """The operating system lock of one ledger; used from the ledger thread alone."""

    def __init__(self, path: Path, wait_s: float = WAIT_S) -> None:
        self._path = path
        self._wait_s = wait_s
        self._lock: BaseFileLock | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises `LedgerUnavailable` where it cannot be had in time."""
        from filelock import FileLock, Timeout

        if self._lock is None:
            self._lock = FileLock(self._path, mode=0o600, thread_local=False)
        try:
            self._lock.acquire(timeout=self._wait_s, poll_interval=POLL_S)
        except Timeout:
            reason = ErrorReason.of("ledger_held", seconds=self._wait_s)
            raise LedgerUnavailable(reason) from None
        try:
            yield
        finally:
            self._lock.release()
