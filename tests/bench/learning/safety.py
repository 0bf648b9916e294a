"""Whether the gate keeps the learner from doing worse than the frozen rule, world by world.

The worlds chose no constant. A world counts as worse where the gain from task 100 to 300, averaged
over its seeds, is below zero by more than its 95 % interval.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from multiprocessing import Pool
from typing import Final

from tests.support import worlds

FIRST: Final = 400
TASKS: Final = 300
NEEDED: Final = 100
"""Tasks before the gate may open."""
OPERATORS: Final = {
    "usual clicks": ((0.15, 0.12), 0.0),
    "noisy clicks": ((0.30, 0.25), 0.0),
    "10 % forced discards": ((0.15, 0.12), 0.1),
}
"""How often an operator keeps a wrong answer, discards a right one, and discards either anyway."""


@dataclass(frozen=True, slots=True)
class Safety:
    """Gains as shares of the frozen rule's loss; `low` is the world with the least mean."""

    mean: float
    within: float
    low: float
    low_within: float
    worse: int
    runs_worse: float


def measured(name: str, count: int, seeds: int, ratio: str) -> Safety:
    """The gains of operators of a kind in so many worlds."""
    jobs = [(FIRST + w, s, ratio, name) for w in range(count) for s in range(seeds)]
    with Pool(2) as pool:
        gains = pool.map(_gain, jobs, chunksize=4)
    by_world = [gains[w * seeds : (w + 1) * seeds] for w in range(count)]
    means = [statistics.mean(found) for found in by_world]
    widths = [_width(found) for found in by_world]
    low = min(range(count), key=means.__getitem__)
    return Safety(
        statistics.mean(means),
        _width(means),
        means[low],
        widths[low],
        sum(mean + width < 0 for mean, width in zip(means, widths, strict=True)),
        sum(gain < -0.02 for gain in gains) / len(gains),
    )


def _gain(job: tuple[int, int, str, str]) -> float:
    world, seed, ratio, name = job
    flips, forced = OPERATORS[name]
    run = worlds.curve(
        worlds.World(world, ratio), seed, TASKS, shadow=False, flips=flips, forced=forced
    )
    late = run[NEEDED:]
    return sum(frozen - mine for mine, frozen in late) / sum(frozen for _, frozen in late)


def _width(values: list[float]) -> float:
    return float(1.96 * statistics.stdev(values) / len(values) ** 0.5)
