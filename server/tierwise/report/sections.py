"""The sections of a report as words and tables. The page and the terminal show the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.present import counts
from tierwise.present.money import amount, amounts, percent, spent_of
from tierwise.present.names import label
from tierwise.report import svg
from tierwise.report.figures import ReportFigures

CAUSES: Final = {
    "routed": "as routed",
    "uncertain": "unsure, so one up",
    "floor": "a floor",
    "override": "your choice for the task",
    "pin": "a pin of yours",
    "remap": "a remap of yours",
    "thread": "a warm cache",
    "budget": "the budget",
    "failover": "a model that failed",
    "escalated": "an answer that failed a check",
    "trial": "a trial",
}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table: names of columns, rows of text, and which columns are aligned right."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    right: frozenset[int] = frozenset()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section: its sentences, its tables, and a drawing of the first table if one helps."""

    id: str
    title: str
    lead: tuple[str, ...]
    tables: tuple[ReportTable, ...] = field(default=())
    drawing: str = ""


def headline(report: ReportFigures) -> str:
    """The report in one sentence."""
    spent, saved = amounts(report.spent, abs(report.saved))
    against = f"{label(report.baseline)} with the same tokens"
    less = (
        f"{saved} less than {against} would have cost"
        if report.saved >= 0
        else f"{saved} more than {against} would have cost"
    )
    return f"{counts.tasks(report.tasks)}, {spent} spent, {less}."


def marks(report: ReportFigures) -> tuple[str, ...]:
    """What must be known before any figure, such as that the week is invented."""
    said = []
    if report.invented:
        said.append(
            "This week is invented. It shows what a report looks like; none of it is your work,"
            " and nothing was spent."
        )
    if report.rehearsal:
        said.append("These tasks were rehearsed: figures are list prices, and nothing was spent.")
    if report.odd:
        said.append(
            f"{len(report.odd)} rows of the ledger cannot be read. Their money is counted, their"
            f" tasks are left out below: {', '.join(report.odd[:20])}."
        )
    return tuple(said)


def sections(report: ReportFigures) -> tuple[ReportSection, ...]:
    """All sections that have something to say, in order."""
    made = (
        _spend, _tiers, _savings, _calibration, _kept, _switches, _learning, _dearest, _models,
        _agents,
    )  # fmt: skip
    return tuple(found for part in made if (found := part(report)) is not None)


def _spend(report: ReportFigures) -> ReportSection:
    lead = []
    if report.days:
        today = report.days[-1]
        lead.append(f"Spent on {today.day}: {spent_of(today.cost, report.day_cap)}.")
    pace = report.pace
    if pace is not None:
        so_far, end = amounts(pace.spent, pace.expected)
        sentence = f"{pace.month} so far: {so_far}; at this pace the month ends at {end}"
        lead.append(
            f"{sentence}." if pace.cap is None else f"{sentence}, the cap is {amount(pace.cap)}."
        )
    names = [share.tier for share in report.tiers]
    shown = [day for day in report.days if day.tasks or day.cost]
    rows = [
        (day.day, f"{day.tasks:,}", *_costs(*(day.by_tier.get(n, 0) for n in names), day.cost))
        for day in reversed(shown)
    ]
    columns = ("day", "tasks", *(label(name) for name in names), "all")
    right = frozenset(range(1, len(columns)))
    return ReportSection(
        "spend",
        "Spend per day",
        tuple(lead),
        (ReportTable(columns, rows, right),),
        svg.days(report.days, names, report.day_cap),
    )


def _tiers(report: ReportFigures) -> ReportSection | None:
    if not report.tiers:
        return None
    tasks = max(sum(share.answered for share in report.tiers), 1)
    costs = _costs(*(share.cost for share in report.tiers))
    mix = ReportTable(
        ("tier", "routed", "answered", "share", "cost"),
        [
            (label(s.tier), f"{s.routed:,}", f"{s.answered:,}", percent(s.answered / tasks), cost)
            for s, cost in zip(report.tiers, costs, strict=True)
        ],
        frozenset((1, 2, 3, 4)),
        "By tier",
    )
    moved = ReportTable(
        ("routed", "answered by", "because of", "tasks"),
        [
            (label(m.routed), label(m.answering), CAUSES.get(m.cause, m.cause), f"{m.tasks:,}")
            for m in report.routed_to
        ],
        frozenset((3,)),
        "Routed against answering",
    )
    same = sum(m.tasks for m in report.routed_to if m.routed == m.answering)
    every = sum(m.tasks for m in report.routed_to)
    lead = (f"{same:,} of {every:,} tasks were answered by the tier they were routed to.",)
    drawing = svg.mix([(label(s.tier), s.answered) for s in report.tiers])
    return ReportSection("tiers", "Tiers", lead, (mix, moved), drawing)


def _savings(report: ReportFigures) -> ReportSection:
    spent, always, saved, lost = amounts(
        report.spent, report.baseline_cost, abs(report.saved), report.lost
    )
    base = label(report.baseline)
    share = f" ({percent(report.lost / report.spent)} of what was spent)" if report.spent else ""
    return ReportSection(
        "savings",
        "Saved and lost",
        (
            "Saved is what the same tokens would have cost on the baseline, less what was spent."
            " Lost is what went into answers that were not kept.",
        ),
        (
            ReportTable(
                ("what", "amount"),
                [
                    ("spent", spent),
                    (f"always {base}", always),
                    ("saved" if report.saved >= 0 else "spent more", saved),
                    ("lost on answers that were not kept", f"{lost}{share}"),
                ],
                frozenset((1,)),
            ),
        ),
    )


def _calibration(report: ReportFigures) -> ReportSection:
    few = ("Nobody has judged a first answer yet. Apply or discard proposals, and this fills.",)
    lead = (
        "How sure the router said it was, against how many of those answers were kept. The"
        " interval holds the true share in 9 of 10 cases; it is wide where tasks are few.",
    )
    bins = report.calibration
    return ReportSection(
        "calibration",
        "Said against kept",
        lead if bins else few,
        (
            ReportTable(
                ("said", "kept", "between", "tasks"),
                [
                    (percent(b.said), percent(b.kept), f"{percent(b.low)} and {percent(b.high)}",
                     f"{b.tasks:,}")
                    for b in bins
                ],
                frozenset((0, 1, 3)),
            ),
        ) if bins else (),
        svg.calibration(bins) if bins else "",
    )  # fmt: skip


def _kept(report: ReportFigures) -> ReportSection | None:
    if not report.kept:
        return None
    judged = sum(k.judged for k in report.kept)
    kept = sum(k.kept for k in report.kept)
    rows = [
        (
            label(k.tier), k.action, f"{k.judged:,}", percent(k.kept / k.judged), f"{k.undone:,}",
            "" if k.survival is None else percent(k.survival),
        )
        for k in report.kept
    ]  # fmt: skip
    return ReportSection(
        "kept",
        "What became of answers",
        (
            f"{kept:,} of {judged:,} judged answers were kept. Survival is the share of an applied"
            " edit that was still there at the last check, 15 minutes after the apply at most.",
        ),
        (
            ReportTable(
                ("tier", "action", "judged", "kept", "undone", "survival"),
                rows,
                frozenset((2, 3, 4, 5)),
            ),
        ),
    )


def _switches(report: ReportFigures) -> ReportSection:
    lead = (
        f"{counts.tasks(report.escalated)} went a tier up because an answer failed a check"
        f" or was not kept; {report.failed_over:,} because a model failed or was slow.",
    )
    rows = [
        (label(t.tier), f"{t.calls:,}", f"{t.median_ms / 1000:.1f} s", f"{t.p90_ms / 1000:.1f} s")
        for t in report.latency
    ]
    table = ReportTable(
        ("tier", "calls", "half within", "nine in ten within"), rows, frozenset((1, 2, 3)),
        "How long calls took",
    )  # fmt: skip
    return ReportSection("switches", "Escalations and failovers", lead, (table,) if rows else ())


def _learning(report: ReportFigures) -> ReportSection | None:
    if not report.learning:
        return None
    return ReportSection("learning", "What was learned", report.learning)


def _dearest(report: ReportFigures) -> ReportSection | None:
    if not report.dearest:
        return None
    costs = _costs(*(task.cost for task in report.dearest))
    rows = [
        (
            task.day, task.task_id[:12], task.action,
            label(task.answering) if task.routed == task.answering
            else f"{label(task.routed)} → {label(task.answering)}",
            task.state, f"{task.calls:,}", cost,
        )
        for task, cost in zip(report.dearest, costs, strict=True)
    ]  # fmt: skip
    return ReportSection(
        "dearest",
        "The dearest tasks",
        ("`tierwise why TASK` shows why each went where it went.",),
        (
            ReportTable(
                ("day", "task", "action", "tier", "state", "calls", "cost"),
                rows,
                frozenset((5, 6)),
            ),
        ),
    )


def _models(report: ReportFigures) -> ReportSection | None:
    if not report.models:
        return None
    costs = _costs(*(model.calls_cost for model in report.models))
    rows = [
        (m.model, f"{m.input:,}", f"{m.output:,}", f"{m.read:,}", f"{m.written:,}",
         percent(m.cached), cost)
        for m, cost in zip(report.models, costs, strict=True)
    ]  # fmt: skip
    return ReportSection(
        "models",
        "Tokens and cache by model",
        ("A prompt token that is read from the cache costs a tenth to a fortieth of a new one.",),
        (
            ReportTable(
                ("model", "input", "output", "cache read", "cache written", "cached", "cost"),
                rows,
                frozenset(range(1, 7)),
            ),
        ),
    )


def _agents(report: ReportFigures) -> ReportSection | None:
    said = []
    if report.agent_tasks:
        said.append(
            f"Agents had {report.agent_tasks:,} turns routed, for {amount(report.agent_cost)}."
        )
    if report.night_cost:
        said.append(f"Work of the nights cost {amount(report.night_cost)}, from its own purse.")
    return ReportSection("agents", "Agents and nights", tuple(said)) if said else None


def _costs(*nanos: int) -> Sequence[str]:
    """Amounts of one row or column, all written like the largest."""
    return amounts(*nanos)
