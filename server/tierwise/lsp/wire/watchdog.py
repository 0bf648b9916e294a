"""Ends the process when its client is gone, even if the event loop hangs.

A thread of its own looks for a closed stdin, a dead client process, or a signal. Then the loop has
a while to settle what runs. After that the thread kills the children and ends the process. The next
process books reservations that were not settled by then, at their worst case.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

GRACE: Final = 2.4
"""Seconds from the first sign that the client is gone until the process ends."""
READS: Final = 0.8
"""Seconds of `GRACE` in which the last messages of the client are still read."""
EVERY: Final = 0.4
"""Seconds between two checks."""


class Watchdog:
    """The watching thread. It calls `leave` once when the client is gone."""

    def __init__(self, leave: Callable[[], None], stdin: int | None = None) -> None:
        """`stdin` is the file descriptor that the client writes to, None if there is none."""
        self._leave = leave
        self._stdin = stdin
        self._gone = threading.Event()
        self._stopped = threading.Event()
        self._code = 1
        self.parent: Callable[[], int | None] = lambda: None
        """Returns the process id of the client, None until the client has named it."""

    def start(self) -> None:
        """Start the thread, and handle SIGTERM and SIGINT. Call this on the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, OSError):
                signal.signal(number, lambda *_: self.gone())
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def gone(self) -> None:
        """Tell the thread that the client is gone, or wants the process to end."""
        self._gone.set()

    def settled(self, code: int) -> None:
        """Note that all is settled. If this thread ends the process, it uses this exit code."""
        self._code = code

    def stop(self) -> None:
        """Stop watching, because the process goes on after this connection."""
        self._stopped.set()

    def _watch(self) -> None:
        since = None
        while not self._gone.wait(EVERY):
            if self._stopped.is_set():
                return
            if self._ended() or not alive(self.parent()):
                since = time.monotonic()
                self._gone.wait(READS)
                break
        since = since or time.monotonic()
        self._leave()
        if not self._stopped.wait(since + GRACE - time.monotonic()):
            kill_children()
            os._exit(self._code)

    def _ended(self) -> bool:
        """True if the other end of stdin is closed, even if there is still something to read."""
        if self._stdin is None or not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._stdin, 0)
        with contextlib.suppress(OSError):
            return any(event & select.POLLHUP for _, event in poll.poll(0))
        return False


def alive(pid: int | None) -> bool:
    """True if a process lives. An unknown process (None) counts as alive."""
    if pid is None or pid <= 0:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def kill_children() -> None:
    """Kill every process that this one started, and those that they started.

    On a system without Linux's `/proc` this kills nothing.
    """
    for pid in _descendants(os.getpid()):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = [], [root]
    end = time.monotonic() + 0.2
    while waiting and time.monotonic() < end:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found
