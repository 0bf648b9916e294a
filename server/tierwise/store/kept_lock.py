"""An operating system lock on a file that stays open between two uses of the lock.

The library opens, checks and closes the file at each use, which takes a third of a transaction's
time. The lock itself is the same as the library's on these systems, flock(2) on the same file: a
program that uses either waits for the other, and the lock of a killed process is released.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

_CONTENDED: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK})
"""Errors that say that another process holds the lock; some network file systems give the first."""


class NoFlock(Exception):
    """This system, or the file system of this file, has no flock."""


class KeptLock:
    """The lock of one file, for one thread. It may be taken again while it is held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._depth = 0
        self._released = float("-inf")

    def acquire(self, wait_s: float, poll_s: float) -> bool:
        """Take the lock. Returns False if it could not be had in time. Raises `NoFlock`.

        Others try every `poll_s` seconds. So after a release this process waits for that long
        before it takes the lock again, else the others would hardly ever find it free.
        """
        own_pause = self._released + poll_s - time.monotonic()
        if own_pause > 0 and not self._depth:
            time.sleep(own_pause)
        until = time.monotonic() + wait_s
        while not self._depth and not self._taken():
            if time.monotonic() >= until:
                return False
            time.sleep(poll_s)
        self._depth += 1
        return True

    def release(self) -> None:
        """Release the lock. It must be released as often as it was taken."""
        self._depth -= 1
        if not self._depth and self._file is not None and sys.platform != "win32":
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._released = time.monotonic()

    def close(self) -> None:
        """Close the file, unless the lock is held."""
        if self._file is not None and not self._depth:
            os.close(self._file)
            self._file = None

    def _taken(self) -> bool:
        """Try to take the lock. Returns whether it is ours, on the file that the path names now."""
        if sys.platform == "win32":
            raise NoFlock
        file = self._opened()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno == errno.ENOSYS:
                raise NoFlock from None
            if error.errno not in _CONTENDED:
                raise
            return False
        if self._is_named(file):
            return True
        # The file was replaced: a lock on the old one excludes nobody.
        self.close()
        return False

    def _opened(self) -> int:
        if self._file is not None and not self._is_named(self._file):
            self.close()
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._file

    def _is_named(self, file: int) -> bool:
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return False
        return os.path.samestat(os.fstat(file), there)
