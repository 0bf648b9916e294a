"""Our own retries: a pure decision, so that each attempt can be reserved and shown."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from tierwise.core.errors import ModelError

MAX_ATTEMPTS: Final = 3
"""Attempts of one task, failovers included."""
SAME_TIER: Final = 2
"""Attempts on one tier before another one is tried."""
LONGEST_WAIT: Final = 8.0
"""Seconds; a server that asks for more is not waited for but shown with the time it named."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do after a failed attempt: wait so many seconds, or (None) go elsewhere."""

    wait: float | None


def after(error: ModelError, on_tier: int, total: int, left: float) -> Verdict:
    """Judge a failure after `on_tier` attempts on this tier and `total` of the task.

    `left` is the seconds the task still has. Full jitter around 0.5 s doubling.
    """
    if not error.retryable or on_tier >= SAME_TIER or total >= MAX_ATTEMPTS:
        return Verdict(None)
    if error.retry_after is not None:
        wait = error.retry_after
    else:
        wait = 0.5 * 2 ** (on_tier - 1) * random.uniform(0.5, 1.0)
    return Verdict(wait if wait <= min(LONGEST_WAIT, left / 2) else None)
