"""An invented week, so that a report can be seen before the first task.

Its 500 requests are those of the dial's invented week. Their outcomes are drawn from the estimate
of each with a fixed seed, so the page is the same on every machine.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tierwise.budget.prices import PriceTable
from tierwise.core.actions import ACTIONS
from tierwise.core.jobs import NIGHT
from tierwise.core.money import Usage
from tierwise.core.tiers import Ladder
from tierwise.report.rows import ReportCall, ReportOutcome, ReportRows, ReportTask
from tierwise.routing import first
from tierwise.store.stats import SpendCell
from tierwise.tasks.learning.dial import DialTask, invented

DAYS: Final = 7
SEED: Final = 20_261_129
DAY_CAP: Final = 500_000_000
MONTH_CAP: Final = 12_000_000_000
"""The caps of the invented operator: 50 cents and 12 dollars."""
INPUT, OUTPUT = 2_200, 340
"""Tokens of an invented task of median size."""
CACHED: Final = 0.45
"""The share of a prompt's tokens that come from the cache."""
NIGHTLY: Final = 0.06
"""The share of tasks that run at night."""
SLOWNESS_MS: Final = (1_400, 2_600, 4_800)
"""Median milliseconds of a call, by tier from the cheapest."""
LEARNING: Final = (
    "Not enough evidence: 12 more discards, redos or ratings needed.",
    "Haiku would have written the same edit for 41 of 52 tasks: 74¢ less.",
    "96 outcomes were learned from, 18 of them informative (discards, redos, ratings).",
)
"""The sentences about learning in the invented week."""


def rows(until: date, ladder: Ladder, prices: PriceTable) -> ReportRows:
    """The invented week that ends on the day `until`. `ladder` has the shipped names of tiers."""
    draw = random.Random(SEED)
    made = _Week(until, ladder, prices, draw)
    # The file lists its tasks by the tier they need. In a week they are mixed.
    mixed = draw.sample(invented(), len(invented()))
    for number, task in enumerate(mixed):
        made.add(number, task)
    return ReportRows(made.tasks, made.calls, made.outcomes, made.cells())


class _Week:
    """Collects the rows of the week while they are drawn."""

    def __init__(
        self, until: date, ladder: Ladder, prices: PriceTable, draw: random.Random
    ) -> None:
        self.tasks: list[ReportTask] = []
        self.calls: list[ReportCall] = []
        self.outcomes: list[ReportOutcome] = []
        self._until, self._ladder, self._prices, self._draw = until, ladder, prices, draw
        self._used: dict[tuple[str, str, str], list[tuple[int, Usage]]] = defaultdict(list)

    def add(self, number: int, task: DialTask) -> None:
        """Draw what happened to one task: its tier, its calls, and whether its answer was kept."""
        draw, names = self._draw, self._ladder.names
        day = (self._until - timedelta(days=DAYS - 1 - number * DAYS // 500)).isoformat()
        found = first.choose(task.signals, task.estimate, task.situation)
        needed = self._needed(task)
        action = draw.choice(ACTIONS)
        task_id, night = f"demo{number:04}", draw.random() < NIGHTLY
        start = at = names.index(found.bound)
        failed_over = draw.random() < 0.015 and at + 1 < len(names)
        at += failed_over
        while True:
            self._call(task_id, day + (NIGHT if night else ""), at, task.size)
            kept = draw.random() < (0.96 if at >= needed else 0.12)
            if kept or at + 1 == len(names):
                break
            self.outcomes.append(ReportOutcome(task_id, "superseded", names[at], names[at + 1]))
            at += 1
        self._end(task_id, names[at], kept)
        cause = "escalated" if at > start + failed_over else "routed"
        cause = "uncertain" if cause == "routed" and found.point != found.bound else cause
        cause = "failover" if failed_over and cause != "escalated" else cause
        self.tasks.append(
            ReportTask(
                task_id, day, action, "applied" if kept else "discarded", found.point,
                names[start], names[at], cause, task.estimate.need[found.point],
                names[start + failed_over], at > start + failed_over, failed_over,
            )
        )  # fmt: skip

    def cells(self) -> Sequence[SpendCell]:
        """The daily sums of the calls, as the ledger would have them."""
        found = []
        for (day, tier, model), some in self._used.items():
            total = Usage(
                sum(used.input_tokens for _, used in some),
                sum(used.output_tokens for _, used in some),
                sum(used.cache_read_tokens for _, used in some),
                sum(used.cache_write_5m_tokens for _, used in some),
            )
            found.append(SpendCell(day, tier, model, 0, total, sum(cost for cost, _ in some)))
        return found

    def _needed(self, task: DialTask) -> int:
        """The tier that the task really needs, drawn from the estimate."""
        drawn = self._draw.random()
        for number, name in enumerate(self._ladder.names):
            if drawn < task.estimate.need[name]:
                return number
        return len(self._ladder) - 1

    def _call(self, task_id: str, day: str, at: int, size: float) -> None:
        tier = self._ladder.tiers[at]
        prompt, given = round(INPUT * size), max(round(OUTPUT * math.sqrt(size)), 8)
        cached = round(prompt * CACHED)
        usage = Usage(prompt - cached, given, cached, round(prompt * 0.05))
        noon = datetime.fromisoformat(day[:10]).replace(hour=12, tzinfo=UTC)
        cost = self._prices.rate(tier.model, noon, prompt, tier.base_url).cost(usage)
        took = round(SLOWNESS_MS[min(at, 2)] * self._draw.lognormvariate(0.0, 0.45))
        self.calls.append(ReportCall(task_id, day, tier.name, tier.model, cost, took))
        self._used[(day, tier.name, tier.model)].append((cost, usage))

    def _end(self, task_id: str, tier: str, kept: bool) -> None:
        draw = self._draw
        if not kept:
            self.outcomes.append(ReportOutcome(task_id, "discarded", tier, ""))
            return
        self.outcomes.append(ReportOutcome(task_id, "applied", tier, ""))
        if draw.random() < 0.03:
            self.outcomes.append(ReportOutcome(task_id, "undone", tier, ""))
        else:
            share = min(1.0, max(0.0, draw.gauss(0.95, 0.08)))
            self.outcomes.append(ReportOutcome(task_id, "survived", tier, f"{share:.2f}/1"))
