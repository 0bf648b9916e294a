"""Makes the figures of a report from its rows. Pure.

Money is summed from the same calls as the daily sums of the ledger. So the report agrees to the
cent with `stats`, the usage tab and the status line.
"""

from __future__ import annotations

import calendar
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from tierwise.budget.prices import PriceTable
from tierwise.budget.usage import baseline_cost
from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import NIGHT
from tierwise.core.tiers import Ladder, Tier
from tierwise.learning.own_record import kept_or_not
from tierwise.report.figures import (
    CalibrationBin,
    DaySpend,
    DearTask,
    KeptShare,
    ModelTokens,
    MonthPace,
    ReportFigures,
    RoutedTo,
    TierLatency,
    TierShare,
)
from tierwise.report.rows import ReportRows, ReportTask, civil

BINS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""The edges of the bins of confidence. They are finer where most tasks are."""
Z90: Final = 1.645
"""A 90 % interval is this many standard errors wide on each side."""
DEAREST: Final = 10
MOST_DAYS: Final = 400
"""The most days that are drawn one by one. With more, a day would have less than two pixels."""


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """What a report needs beside the rows of the ledger: its days, the caps, the prices, and the
    `baseline` (the tier that savings are measured against).

    Caps are in nano-dollars. `month_spent` is too: what was spent in the month of `until`, even
    before `since`.
    """

    since: str
    until: str
    ladder: Ladder
    prices: PriceTable
    baseline: Tier
    day_cap: int | None = None
    month_cap: int | None = None
    month_spent: int | None = None
    invented: bool = False
    rehearsal: bool = False
    learning: tuple[str, ...] = ()


def figures(rows: ReportRows, frame: ReportFrame) -> ReportFigures:
    """Add up the rows of a report to its figures. Pure."""
    judged = kept_or_not(
        ((o.task_id, o.tier, o.kind, o.value) for o in rows.outcomes), frame.ladder.names
    )
    costs: dict[str, int] = defaultdict(int)
    calls: Counter[str] = Counter()
    for call in rows.calls:
        costs[call.task_id] += call.cost
        calls[call.task_id] += 1
    spent = sum(call.cost for call in rows.calls)
    agents = {task.task_id for task in rows.tasks if task.action == "agent"}
    return ReportFigures(
        since=frame.since or min((task.day for task in rows.tasks), default=frame.until),
        until=frame.until,
        invented=frame.invented,
        rehearsal=frame.rehearsal,
        tasks=len(rows.tasks) + len(rows.odd),
        spent=spent,
        baseline=frame.baseline.name,
        baseline_cost=baseline_cost(rows.cells, frame.baseline, frame.prices),
        lost=_lost(rows, judged),
        day_cap=frame.day_cap,
        days=_days(rows, frame),
        pace=_pace(frame),
        tiers=_tiers(rows, frame.ladder),
        routed_to=_routed_to(rows.tasks),
        calibration=_calibration(rows.tasks, judged, frame.ladder.top),
        kept=_kept(rows, judged, frame.ladder),
        escalated=sum(task.escalated for task in rows.tasks),
        failed_over=sum(task.failed_over for task in rows.tasks),
        latency=_latency(rows, frame.ladder),
        dearest=_dearest(rows.tasks, costs, calls),
        models=_models(rows),
        agent_tasks=len(agents),
        agent_cost=sum(call.cost for call in rows.calls if call.task_id in agents),
        night_cost=sum(call.cost for call in rows.calls if call.day.endswith(NIGHT)),
        learning=frame.learning,
        odd=tuple(rows.odd),
    )


def wilson(kept: int, tasks: int) -> tuple[float, float]:
    """The bounds of a 90 % interval of a share, by Wilson (1927), which also holds for few tasks.

    If 9 of 10 answers were kept, the bounds are 0.65 and 0.98.
    """
    if not tasks:
        return 0.0, 1.0
    share, z2 = kept / tasks, Z90 * Z90
    middle = (share + z2 / (2 * tasks)) / (1 + z2 / tasks)
    half = Z90 * math.sqrt(share * (1 - share) / tasks + z2 / (4 * tasks * tasks))
    half /= 1 + z2 / tasks
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return 0.0 if not kept else low, 1.0 if kept == tasks else high


def _lost(rows: ReportRows, judged: Mapping[tuple[str, str], bool]) -> int:
    """The cost in nano-dollars of all calls of a tier for a task whose answer of that tier was not
    kept.
    """
    return sum(call.cost for call in rows.calls if judged.get((call.task_id, call.tier)) is False)


def _days(rows: ReportRows, frame: ReportFrame) -> tuple[DaySpend, ...]:
    by_day: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    nights: dict[str, int] = defaultdict(int)
    asked = Counter(task.day for task in rows.tasks)
    for call in rows.calls:
        day = civil(call.day)
        by_day[day][call.tier] += call.cost
        if call.day.endswith(NIGHT):
            nights[day] += call.cost
    known = sorted({*by_day, *asked})
    if known and frame.since:
        known = [frame.since, *known]
    if not known:
        return ()
    first, last = date.fromisoformat(known[0]), max(date.fromisoformat(frame.until),
                                                    date.fromisoformat(known[-1]))  # fmt: skip
    if (last - first).days > MOST_DAYS:
        names = sorted({*by_day, *asked})
    else:
        count = (last - first).days + 1
        names = [(first + timedelta(days=n)).isoformat() for n in range(count)]
    return tuple(
        DaySpend(day, asked.get(day, 0), dict(by_day.get(day, {})), nights.get(day, 0))
        for day in names
    )


def _pace(frame: ReportFrame) -> MonthPace | None:
    """What the month will cost if its days go on like those so far. Today counts as a whole day."""
    if frame.month_spent is None:
        return None
    today = date.fromisoformat(frame.until)
    length = calendar.monthrange(today.year, today.month)[1]
    expected = round(frame.month_spent * length / today.day)
    return MonthPace(frame.until[:7], frame.month_spent, expected, frame.month_cap)


def _order(ladder: Ladder, names: set[str]) -> list[str]:
    """Tiers in the order of the ladder. Those that are not in it come last."""
    return [*(n for n in ladder.names if n in names), *sorted(names - set(ladder.names))]


def _tiers(rows: ReportRows, ladder: Ladder) -> tuple[TierShare, ...]:
    routed = Counter(task.routed for task in rows.tasks if task.routed)
    answered = Counter(task.answering for task in rows.tasks if task.answering)
    costs: Counter[str] = Counter()
    for call in rows.calls:
        costs[call.tier] += call.cost
    return tuple(
        TierShare(tier, routed[tier], answered[tier], costs[tier])
        for tier in _order(ladder, {*routed, *answered, *costs})
    )


def _routed_to(tasks: Sequence[ReportTask]) -> tuple[RoutedTo, ...]:
    found = Counter((t.routed, t.answering, t.cause) for t in tasks if t.routed)
    return tuple(
        RoutedTo(*key, count) for key, count in sorted(found.items(), key=lambda i: (-i[1], i[0]))
    )


def _calibration(
    tasks: Sequence[ReportTask], judged: Mapping[tuple[str, str], bool], top: str
) -> tuple[CalibrationBin, ...]:
    """The router's confidence in first answers, compared with the share of them that was kept.

    Only tasks are compared whose first answer was judged and came from the tier that the point
    estimate would take. So a tier that was chosen by hand counts only if it is the same. Not those
    of the top tier: the confidence of such a decision is that of the tier below it.
    """
    said: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for task in tasks:
        kept = judged.get((task.task_id, task.answered_first))
        if kept is None or task.first != task.answered_first or task.first == top:
            continue
        number = sum(task.confidence >= edge for edge in BINS[1:-1])
        said[number].append((task.confidence, kept))
    bins = []
    for number in sorted(said):
        some = said[number]
        kept_ones = sum(kept for _, kept in some)
        low, high = wilson(kept_ones, len(some))
        mean = sum(share for share, _ in some) / len(some)
        bins.append(CalibrationBin(mean, kept_ones / len(some), low, high, len(some)))
    return tuple(bins)


def _kept(
    rows: ReportRows, judged: Mapping[tuple[str, str], bool], ladder: Ladder
) -> tuple[KeptShare, ...]:
    action = {task.task_id: task.action for task in rows.tasks}
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (task_id, tier), kept in judged.items():
        if task_id in action:
            cell = cells[(tier, action[task_id])]
            cell[0] += 1
            cell[1] += kept
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in rows.outcomes:
        key = (one.tier, action.get(one.task_id, ""))
        if key not in cells:
            continue
        if one.kind == "undone":
            cells[key][2] += 1
        elif one.kind == "survived":
            share = _share(one.value)
            if share is not None:
                shares[key].append(share)
    order = {tier: n for n, tier in enumerate(_order(ladder, {tier for tier, _ in cells}))}
    return tuple(
        KeptShare(tier, kind, asked, kept, undone, sum(found) / len(found) if found else None)
        for (tier, kind), (asked, kept, undone) in sorted(
            cells.items(), key=lambda i: (order[i[0][0]], i[0][1])
        )
        for found in [shares.get((tier, kind), [])]
    )


def _share(value: str) -> float | None:
    """The first of the two shares in "0.95/1". None if there is none."""
    try:
        return min(max(float(value.partition("/")[0]), 0.0), 1.0)
    except ValueError:
        return None


def _latency(rows: ReportRows, ladder: Ladder) -> tuple[TierLatency, ...]:
    took: dict[str, list[int]] = defaultdict(list)
    for call in rows.calls:
        if call.took_ms:
            took[call.tier].append(call.took_ms)
    found = []
    for tier in _order(ladder, set(took)):
        times = sorted(took[tier])
        median, p90 = times[len(times) // 2], times[min(len(times) * 9 // 10, len(times) - 1)]
        found.append(TierLatency(tier, len(times), median, p90))
    return tuple(found)


def _dearest(
    tasks: Sequence[ReportTask], costs: Mapping[str, int], calls: Mapping[str, int]
) -> tuple[DearTask, ...]:
    dear = sorted(tasks, key=lambda task: (-costs.get(task.task_id, 0), task.task_id))[:DEAREST]
    return tuple(
        DearTask(t.task_id, t.day, t.action, t.routed, t.answering, t.state, calls[t.task_id],
                 costs[t.task_id])
        for t in dear if costs.get(t.task_id)
    )  # fmt: skip


def _models(rows: ReportRows) -> tuple[ModelTokens, ...]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for cell in rows.cells:
        used = cell.usage
        found = (cell.cost, used.input_tokens, used.output_tokens, used.cache_read_tokens,
                 used.cache_write_5m_tokens + used.cache_write_1h_tokens)  # fmt: skip
        sums[cell.model] = [a + b for a, b in zip(sums[cell.model], found, strict=True)]
    dear = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(ModelTokens(model, *counts) for model, counts in dear)
