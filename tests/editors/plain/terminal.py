"""A program in a terminal, used by its keys as a person would."""

from __future__ import annotations

import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import ioctl
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

WAIT = 90.0
"""Seconds to wait for what must come; a bound for failures, never a bar."""
ROWS, COLUMNS = 40, 120


class Terminal:
    """One program on a terminal of its own. What it draws is read and forgotten."""

    def __init__(self, argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        own = {**os.environ, **env, "TERM": "xterm", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            argv, cwd=folder, env=own, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(slave)
        self._drawn = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def last(self) -> str:
        """The end of what was drawn, without colours and moves of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._drawn[-3000:].decode(errors="replace"))

    def forget(self) -> None:
        """What was drawn until now is of no interest any more."""
        self._drawn.clear()

    def server(self) -> int:
        """The process of the language server that the program started, a shell between or not."""
        todo, found = [self.process.pid], []
        while todo:
            pid = todo.pop()
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            except FileNotFoundError:
                continue
            if line[-2:-1] == [b"serve"]:
                found.append(pid)
            todo.extend(map(int, below))
        assert found, self.last()
        return found[-1]

    def quit(self) -> None:
        """End the program and all that it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def _read(self) -> None:
        try:
            while piece := os.read(self._master, 65536):
                self._drawn += piece
                del self._drawn[:-20_000]
        except OSError:
            pass
        finally:
            os.close(self._master)


def _own_terminal() -> None:
    """Make the terminal the process's own, so that it reads keys from it."""
    ioctl(0, termios.TIOCSCTTY, 0)


def until(
    holds: Callable[[], T | None], what: Callable[[], str], seconds: float | None = None
) -> T:
    """Wait until something holds; its value. Raises `AssertionError` after some seconds."""
    deadline = time.monotonic() + (WAIT if seconds is None else seconds)
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"waited in vain: {what()}")
