"""Our own retries. The decision is pure, so that each attempt can be reserved and shown."""

from __future__ import annotations

import random
from typing import Final

from tierwise.core.errors import ModelError
from tierwise.models.failure import WAITED

MAX_ATTEMPTS: Final = 3
"""The most model calls of one run: retries, failovers and the longer answer together."""
SAME_PLACE: Final = 2
"""The most calls at one place before another one is tried."""
LONGEST_WAIT: Final = 8.0
"""The longest wait in seconds. If a server asks for more, the operator is told the time instead."""


def wait_before_another(
    error: ModelError, here: int, total: int, left: float, *, elsewhere: bool
) -> float | None:
    """Seconds to wait before the same place is called again; None if it is not to be called again.

    `here` counts the calls at this place, `total` those of the run, `left` is the seconds the task
    still has. `elsewhere` says whether another place is free. That one is tried instead if this one
    was waited for in vain. A wait that the server asks for is kept. Else the wait is random, at
    most half a second, and doubles with each call. A place that would need a wait longer than
    `LONGEST_WAIT`, or than half of `left`, is not called again.
    """
    if not error.retryable or here >= SAME_PLACE or total >= MAX_ATTEMPTS:
        return None
    if elsewhere and error.kind in WAITED:
        return None
    if error.retry_after is not None:
        wait = error.retry_after
    else:
        wait = 0.5 * 2 ** (here - 1) * random.uniform(0.5, 1.0)
    return wait if wait <= min(LONGEST_WAIT, left / 2) else None
