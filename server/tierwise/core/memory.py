"""Keep the memory of the process small: return what was freed, and share one heap among threads."""

from __future__ import annotations

import contextlib
import gc
from typing import Final

_ARENAS: Final = -8
"""`M_ARENA_MAX` of glibc's `mallopt` (malloc.h)."""


def give_back() -> None:
    """Free objects that only refer to each other (errors hold their frames), and return the memory
    to the system.
    """
    gc.collect()
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)


def share_heap() -> None:
    """Let all threads allocate from one heap. Call it before the first thread starts.

    glibc gives each thread a heap of its own, and each keeps the room of the largest tree that was
    ever parsed there: some 10 MB of a server that worked on a file of 10,000 lines. Threads that
    hold the interpreter's lock do not wait for each other here. Nothing happens where the
    allocator is another one.
    """
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).mallopt(_ARENAS, 1)
