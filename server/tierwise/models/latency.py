"""How long each place (a model at one server) usually takes until its first token.

There is a histogram of milliseconds per place; each step is a fifth wider than the one before.
Beyond `REMEMBERED` calls every count is halved, so that it follows the last few hundred calls. It
is kept in the ledger, so that it survives a restart. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass

KIND: Final = "first_token"
"""The kind of these histograms among the ledger's samples."""
ENOUGH: Final = 20
"""Calls that a place needs before it is judged: a 95th percentile of fewer is its slowest call."""
REMEMBERED: Final = 200
"""Calls after which the counts of older ones are halved."""
SHARE: Final = 0.95
STEPS: Final = 4
"""Histogram steps per doubling; each is a fifth wider than the one before."""


@dataclass
class Latency:
    """How fast each place has answered so far, as one histogram per place."""

    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def load(self, samples: Mapping[tuple[str, str, str], Mapping[int, int]]) -> None:
        """Replace the histograms of the places in `samples` by those of the ledger. The keys of
        `samples` are (kind, place, subject).
        """
        for (kind, place, _), found in samples.items():
            if kind == KIND:
                self.counts[place] = dict(found)

    def took(self, place: str, first_token_ms: float) -> int:
        """Record the milliseconds until a call's first token; returns the step they fall into."""
        step = step_of(first_token_ms)
        counts = self.counts.setdefault(place, {})
        counts[step] = counts.get(step, 0) + 1
        if sum(counts.values()) > REMEMBERED:
            self.counts[place] = {s: n // 2 for s, n in counts.items() if n > 1}
        return step

    def usual(self, place: str) -> float | None:
        """Seconds within which 95 of 100 first tokens come; None before enough calls."""
        counts = self.counts.get(place, {})
        total = sum(counts.values())
        if total < ENOUGH:
            return None
        below = 0
        for step in sorted(counts):
            below += counts[step]
            if below >= SHARE * total:
                return top_of(step) / 1000
        return None

    def slow_after(self, place: str, factor: float, at_least: float) -> float | None:
        """Seconds after which a call counts as slow: `factor` times the usual time, at least
        `at_least`.

        None if the usual time is not known yet, or if `factor` is 0.
        """
        usual = self.usual(place)
        return max(at_least, usual * factor) if usual is not None and factor > 0 else None


def step_of(ms: float) -> int:
    """The step of the histogram that a duration in milliseconds falls into."""
    return math.ceil(STEPS * math.log2(max(ms, 1.0)))


def top_of(step: int) -> float:
    """The longest duration of a step, in milliseconds."""
    return float(2 ** (step / STEPS))
