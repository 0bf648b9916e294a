"""How good second opinions are for this operator: a table that starts with the shipped one. Pure.

Nobody sees what a request needed. The verdicts on its answers give each tier a chance of
having been the need, and the opinion is counted in each tier's row by that chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from tierwise.learning.belief import Belief
from tierwise.learning.observation import LearnerAnswer

Counts = tuple[tuple[float, ...], ...]
"""Counts of opinions: a row per tier that was needed, a column per tier that was named."""

SHIPPED: Final[Counts] = ((16.0, 3.4, 0.6), (1.7, 16.6, 1.7), (0.6, 3.4, 16.0))
"""Twenty opinions per tier as the router assumes them: 80 % right, 17 % beside, 3 % two away."""
USED_AFTER: Final = 10
"""Opinions with a verdict that are needed before the table replaces the shipped one."""


def learned(counts: Counts, said: int, chances: Sequence[float]) -> Counts:
    """The counts after one more opinion, which named tier `said` (a rank).

    `chances` holds, per tier, the chance that it was the one needed.
    """
    return tuple(
        tuple(n + chance * (place == said) for place, n in enumerate(row))
        for row, chance in zip(counts, chances, strict=True)
    )


def chances(
    now: Belief,
    answers: Sequence[LearnerAnswer],
    flips: Callable[[LearnerAnswer], tuple[float, float]],
    said: Sequence[float],
) -> tuple[float, ...]:
    """For each tier the chance that it was the one needed, by the verdicts and the opinion.

    `said` is P(the opinion that was given | needed). `flips` gives the rates at which a verdict is
    wrong: kept though wrong, discarded though right.
    """
    exact = [p - below for p, below in zip(now.need, (0.0, *now.need), strict=False)]
    joint = []
    for needed, share in enumerate(exact):
        likely = share * said[needed]
        for answer in answers:
            wrong, right = flips(answer)
            kept = 1 - right if answer.tier >= needed else wrong
            likely *= answer.kept * kept + (1 - answer.kept) * (1 - kept)
        joint.append(likely)
    total = math.fsum(joint)
    return tuple(p / total for p in joint) if total > 0 else tuple(exact)


def table(counts: Counts) -> Counts:
    """P(said | needed), as learned. Empty while too few opinions were judged; then the shipped one
    holds.
    """
    if seen(counts) < USED_AFTER:
        return ()
    return tuple(tuple(round(n / math.fsum(row), 4) for n in row) for row in counts)


def seen(counts: Counts) -> float:
    """How many opinions have been judged."""
    return math.fsum(map(math.fsum, counts)) - math.fsum(map(math.fsum, SHIPPED))


def right(counts: Counts) -> float:
    """The share of opinions that named the tier that was needed, the shipped counts included."""
    hit = math.fsum(row[n] for n, row in enumerate(counts))
    return hit / math.fsum(map(math.fsum, counts))


def aged(counts: Counts, left: float) -> Counts:
    """The counts after what was learned has decayed to the share `left`."""
    return tuple(
        tuple(start + (n - start) * left for n, start in zip(row, starts, strict=True))
        for row, starts in zip(counts, SHIPPED, strict=True)
    )
