"""Giving memory back after a large message."""

from __future__ import annotations

import asyncio
from typing import Final

from tierwise.core.memory import give_back

LARGE: Final = 1 << 20
"""Bytes of a message from which it is worth while."""
AFTER: Final = 1.0
"""Seconds to wait, so that a run of large messages costs one clean-up."""


class Returning:
    """Cleans up a moment after the last large message was handled."""

    def __init__(self) -> None:
        self._due: asyncio.TimerHandle | None = None

    def handled(self, size: int) -> None:
        """Clean up in a moment if the message that was handled is large (`size` in bytes)."""
        if size >= LARGE:
            if self._due is not None:
                self._due.cancel()
            self._due = asyncio.get_running_loop().call_later(AFTER, give_back)
