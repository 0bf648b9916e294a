"""The process ends when its client is gone, whatever the event loop is doing.

A thread of its own looks for a stdin that ended, a client's process that is dead, and a signal.
The loop then has a while to settle what runs; after that the children are killed and the process
leaves. What was reserved and not settled by then is booked by the next process, at its worst case.
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
"""Seconds from the first sign that the client is gone until the process is."""
READS: Final = 0.8
"""Of these, seconds in which what the client wrote last may be read."""
EVERY: Final = 0.4
"""Seconds between two looks."""


class Watchdog:
    """The thread. `leave` is called once when the client is gone, from any thread."""

    def __init__(self, leave: Callable[[], None], stdin: int | None = None) -> None:
        """`stdin` is the file descriptor the client writes to, None where there is none."""
        self._leave = leave
        self._stdin = stdin
        self._gone = threading.Event()
        self._stopped = threading.Event()
        self._code = 1
        self.parent: Callable[[], int | None] = lambda: None
        """The process id of the client, once it told it."""

    def start(self) -> None:
        """Begin to look, and take SIGTERM and SIGINT; called on the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, OSError):
                signal.signal(number, lambda *_: self.gone())
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def gone(self) -> None:
        """End the process in time, because the client is gone or wants it to end."""
        self._gone.set()

    def settled(self, code: int) -> None:
        """Note that everything is settled. The process leaves with this code, by itself or by this
        thread.
        """
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
        """Whether nobody can write to stdin any more, be it read to its end or not."""
        if self._stdin is None or not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._stdin, 0)
        with contextlib.suppress(OSError):
            return any(event & select.POLLHUP for _, event in poll.poll(0))
        return False


def alive(pid: int | None) -> bool:
    """Whether a process lives; one that is not known counts as alive."""
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
    """Kill every process that this one started, and those they started.

    Where the system does not list processes as Linux does, nothing is killed.
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
