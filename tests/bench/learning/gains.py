"""What the learner gains on the prior and on policies that never learn, with its intervals."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

Late = Sequence[Mapping[str, float]]
"""Per order of a stream, the loss (or value) of each task of its last third."""
Interval = tuple[float, float, float]

DRAWS: Final = 400
"""Resamples of the tasks."""


@dataclass(frozen=True)
class Gains:
    """The last thirds of the orders of one stream, under the learner, the prior, and each tier
    taken first for all. With `value` more is better, and a gain is points instead of a share."""

    name: str
    learned: Late
    prior: Late
    static: Mapping[str, Late]
    value: bool = False

    @cached_property
    def best(self) -> str:
        """The tier that is the best first one for all, in hindsight."""
        pick = max if self.value else min
        return pick(self.static, key=lambda name: mean(self.static[name]))

    def against(self, other: Late) -> tuple[float, float, float]:
        """The gain, and half the width of its 95 % interval over the orders and over the tasks.

        Over the orders: the luck of order and draw. Over the tasks: a bootstrap of the tasks,
        the same learner having met them, which holds the luck of which tasks there were.
        """
        sign, scale = (-1.0, 1.0) if self.value else (1.0, mean(other))
        runs = [
            sign * (mean([b]) - mean([a])) / scale for a, b in zip(self.learned, other, strict=True)
        ]
        spread = statistics.stdev(runs) / math.sqrt(len(runs)) if len(runs) > 1 else 0.0
        return statistics.mean(runs), 1.96 * spread, 1.96 * self._spread_of_tasks(other)

    def _spread_of_tasks(self, other: Late) -> float:
        saved: dict[str, tuple[float, float, int]] = {}
        for mine, its in zip(self.learned, other, strict=True):
            for task, loss in mine.items():
                gain, base, count = saved.get(task, (0.0, 0.0, 0))
                saved[task] = (gain + its[task] - loss, base + its[task], count + 1)
        tasks, r, made = list(saved.values()), random.Random(1), []
        for _ in range(DRAWS):
            drawn = r.choices(tasks, k=len(tasks))
            under = sum(t[2] for t in drawn) if self.value else sum(t[1] for t in drawn)
            made.append(sum(t[0] for t in drawn) / under)
        return statistics.stdev(made)

    def say(self) -> None:
        """A line."""
        best = self.static[self.best]
        print(
            f"  {self.name:14} learned {mean(self.learned):8.4f}"
            f"  prior {mean(self.prior):8.4f} {told(self.against(self.prior), self.value)}"
            f"  best static {self.best:6} {mean(best):8.4f} {told(self.against(best), self.value)}",
            flush=True,
        )


def say_pooled(parts: Sequence[Gains]) -> None:
    """All families with the same weight: against the prior, against the one tier that is best
    for all of them, and against each family's own best tier."""
    names = list(parts[0].static)

    def together(pick: Mapping[str, Late]) -> str:
        found = [g.against(pick[g.name]) for g in parts]
        own = [mean(pick[g.name]) / mean(g.static[g.best]) for g in parts]
        whole = sum(own)
        share = sum(o * f[0] for o, f in zip(own, found, strict=True)) / whole
        orders, tasks = (
            math.sqrt(sum((o * f[k]) ** 2 for o, f in zip(own, found, strict=True))) / whole
            for k in (1, 2)
        )
        return told((share, orders, tasks), False)

    def loss(tier: str) -> float:
        return sum(mean(g.static[tier]) / mean(g.static[g.best]) for g in parts)

    one = min(names, key=loss)
    print(f"  families pooled: on the prior {together({g.name: g.prior for g in parts})}")
    print(f"    on {one} for all {together({g.name: g.static[one] for g in parts})}")
    own = together({g.name: g.static[g.best] for g in parts})
    print(f"    on each family's own best tier {own}", flush=True)


def told(found: Interval, value: bool) -> str:
    """A gain with both intervals, as words."""
    gain, orders, tasks = found
    if value:
        return f"{gain:+.3f} [{gain - orders:+.3f}, {gain + orders:+.3f}] tasks +-{tasks:.3f}"
    return f"{gain:+.1%} [{gain - orders:+.1%}, {gain + orders:+.1%}] tasks +-{tasks:.1%}"


def mean(late: Late) -> float:
    """The mean over all orders and tasks; the orders have the same number of tasks."""
    return statistics.mean(sum(one.values()) / len(one) for one in late)
