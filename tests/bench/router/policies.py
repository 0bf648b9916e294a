"""Who is compared: fixed tiers, chance, length alone, and ours on rows its weights never saw."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.rows import LabelledRequest

SEED = 11


def fixed(rows: Sequence[LabelledRequest], tier: int) -> list[int]:
    """The same tier for everything."""
    return [tier] * len(rows)


def chance(rows: Sequence[LabelledRequest], seed: int = SEED) -> list[int]:
    """A tier drawn by the shares of the labels."""
    draw = random.Random(seed)
    needs = [row.need for row in rows]
    return [draw.choice(needs) for _ in rows]


def by_length(rows: Sequence[LabelledRequest], folds: int = 8) -> list[int]:
    """Two thresholds on the instruction's length, fitted on the other folds for exactness."""
    sizes = [len(row.request.instruction) for row in rows]
    steps = sorted(set(sizes))[:: max(1, len(set(sizes)) // 30)]
    found = [0] * len(rows)
    for fold in range(folds):
        train = [i for i in range(len(rows)) if i % folds != fold]
        best = max(
            ((low, high) for low in steps for high in steps if low <= high),
            key=lambda pair: sum(_cut(sizes[i], *pair) == rows[i].need for i in train),
        )
        for i in range(fold, len(rows), folds):
            found[i] = _cut(sizes[i], *best)
    return found


def routed(held: Sequence[Held]) -> list[int]:
    """Ours as shipped: the least expected loss."""
    return [h.routed for h in held]


def likeliest(held: Sequence[Held]) -> list[int]:
    """Ours without caution: the tier with the largest share."""
    return [h.likeliest for h in held]


def _cut(size: int, low: int, high: int) -> int:
    return 0 if size <= low else 1 if size <= high else 2
