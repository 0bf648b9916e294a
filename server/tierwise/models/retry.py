"""Our own retries: a pure decision, so that each attempt can be reserved and shown."""

from __future__ import annotations

import random
from typing import Final

from tierwise.core.errors import ModelError
from tierwise.models.failure import WAITED

MAX_ATTEMPTS: Final = 3
"""Model calls of one run of a task, retries, failovers and the longer answer together."""
SAME_PLACE: Final = 2
"""Calls at one place before another one is tried."""
LONGEST_WAIT: Final = 8.0
"""Seconds; a server that asks for more is not waited for but shown with the time it named."""


def wait_before_another(
    error: ModelError, here: int, total: int, left: float, *, elsewhere: bool
) -> float | None:
    """Seconds to wait before the same place is asked again; None where it is not.

    `here` counts the calls at this place, `total` those of the task, `left` is the seconds
    the task still has, `elsewhere` whether another place is free: whoever waited for one
    place long enough asks the next. Full jitter around half a second, doubling.
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
