"""Giving memory back after something large: the allocator keeps it, and so do cycles."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import Final

LARGE: Final = 1 << 20
"""Bytes of a message from which it is worth while."""
AFTER: Final = 1.0
"""Seconds to wait, so that a run of large messages costs one clean-up."""


class Returning:
    """Cleans up a moment after the last large message was handled."""

    def __init__(self) -> None:
        self._due: asyncio.TimerHandle | None = None

    def handled(self, size: int) -> None:
        """A message of this size was handled."""
        if size >= LARGE:
            if self._due is not None:
                self._due.cancel()
            self._due = asyncio.get_running_loop().call_later(AFTER, give_back)


def give_back() -> None:
    """Free what only cycles hold (errors hold their frames), and tell the allocator to let go."""
    gc.collect()
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
