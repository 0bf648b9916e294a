"""Notices when the dearest tier answers far more than it used to: an attack, or a mistake.

A file, a setting or a change of habit can send tasks to dearer tiers unnoticed. The share
of the last day is compared with that of the two weeks before, if both have enough tasks.
"""

from __future__ import annotations

from typing import Final

from tierwise.core.dataclass import dataclass

DAY_MS: Final = 86_400_000
BEFORE_MS: Final = 14 * DAY_MS
"""The time before the last day that counts as usual, in milliseconds."""
RECENT_LEAST: Final = 20
"""Tasks that the last day must have. Fewer say nothing about a share."""
USUAL_LEAST: Final = 50
"""Tasks that the days before must have."""
TIMES: Final = 2.0
"""The factor by which the tier's share must exceed its usual one."""
STEP: Final = 0.10
"""The least rise of the share, so that a rise from 1 in 50 to 2 in 50 is no alarm."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks were answered in a time, and how many of them the dearest tier answered."""

    top: int
    tasks: int

    @property
    def share(self) -> float:
        return self.top / self.tasks if self.tasks else 0.0


def risen(recent: Counts, usual: Counts) -> bool:
    """Whether the share of the last day is far above the usual one.

    It must be `TIMES` as large and larger by `STEP`, and both times need enough tasks.
    """
    if recent.tasks < RECENT_LEAST or usual.tasks < USUAL_LEAST:
        return False
    return recent.share >= TIMES * usual.share and recent.share - usual.share >= STEP
