"""Gives memory back to the system after a large message."""

from __future__ import annotations

import asyncio
from typing import Final

from tierwise.core.memory import give_back

LARGE: Final = 1 << 20
"""A message of at least this many bytes causes a clean-up."""
AFTER: Final = 1.0
"""Seconds to wait before the clean-up, so that several large messages cause only one."""


class Returning:
    """Gives freed memory back to the system, a moment after the last large message was handled."""

    def __init__(self) -> None:
        self._due: asyncio.TimerHandle | None = None

    def handled(self, size: int) -> None:
        """Note that a message of `size` bytes was handled. If it was large, memory is freed in a
        moment.
        """
        if size >= LARGE:
            if self._due is not None:
                self._due.cancel()
            self._due = asyncio.get_running_loop().call_later(AFTER, give_back)
