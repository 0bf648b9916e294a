"""Whether the dearest tier answers far more than it used to: a sign of an attack or a mistake.

A file, a setting or a change of habit can push tasks up without anybody noticing. The share
of the last day is held against that of the two weeks before, with enough tasks in both.
"""

from __future__ import annotations

from typing import Final

from tierwise.core.dataclass import dataclass

DAY_MS: Final = 86_400_000
BEFORE_MS: Final = 14 * DAY_MS
"""How far back what is usual reaches, in milliseconds."""
RECENT_LEAST: Final = 20
"""Tasks the last day must have; fewer say nothing about a share."""
USUAL_LEAST: Final = 50
"""Tasks the days before must have."""
TIMES: Final = 2.0
"""How many times its usual share the tier must have."""
STEP: Final = 0.10
"""Share by which it must have risen at least, so that 1 in 50 and 2 in 50 are no alarm."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks answered in a time, and how many of them by the dearest tier."""

    top: int
    tasks: int

    @property
    def share(self) -> float:
        return self.top / self.tasks if self.tasks else 0.0


def risen(recent: Counts, usual: Counts) -> bool:
    """Whether the share of the last day is at least twice the usual one."""
    if recent.tasks < RECENT_LEAST or usual.tasks < USUAL_LEAST:
        return False
    return recent.share >= TIMES * usual.share and recent.share - usual.share >= STEP
