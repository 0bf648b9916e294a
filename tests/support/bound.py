"""Processes that end with the test process that started them, however that ended.

A test that is killed runs no clean-up. On Linux a process asks the kernel to be killed when the one
that started it is gone; elsewhere it goes on. It keeps its number, since the program takes the
place of this script.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PARENT_DEATH_SIGNAL: Final = 1
"""Of `prctl`: which signal a process gets when the one that started it is gone."""


def bound(*words: str) -> list[str]:
    """The command that starts a program so. `words` are the program and what it gets."""
    if sys.platform != "linux":
        return list(words)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *words]


def main() -> None:
    """Bind this process and become the program."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    # It may be gone before it could be asked for.
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
