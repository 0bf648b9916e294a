"""`tierwise stats`: shows tasks and money by tier and action, and what the routing saved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tierwise.budget import days as civil
from tierwise.budget.usage import baseline_cost, baseline_of
from tierwise.cli.common import configuration, nothing_yet, print_json, read
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.cli.table import TableColumn, show
from tierwise.core.money import to_usd
from tierwise.present import counts
from tierwise.present.money import amounts
from tierwise.present.names import label
from tierwise.store import stats
from tierwise.store.stats import LedgerCut

if TYPE_CHECKING:
    from tierwise.budget.prices import PriceTable
    from tierwise.core.tiers import Ladder
    from tierwise.store.deferred import Connection

NONE = "none"
"""Shown where a value is missing, such as the tier of a task that ended before it was routed."""


class StatsBy(StrEnum):
    """The ways in which the figures can be grouped."""

    day = "day"
    tier = "tier"
    action = "action"
    project = "project"
    language = "language"
    client = "client"


KEYS: Mapping[StatsBy, str] = {
    StatsBy.day: "byDay",
    StatsBy.tier: "byTier",
    StatsBy.action: "byAction",
    StatsBy.project: "byProject",
    StatsBy.language: "byLanguage",
    StatsBy.client: "byClient",
}
"""The key in the JSON for each way of grouping."""


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    days: Annotated[
        int, typer.Option(min=0, help="Days back, today included; 0 = everything.")
    ] = 30,
    by: Annotated[
        StatsBy | None, typer.Option("--by", help="List tasks and cost by one of these.")
    ] = None,
) -> None:
    """Show what was spent, on which tier, and what always using the baseline would have cost."""
    from tierwise.tasks.window.settings import price_table

    config = configuration().config
    ladder, prices = config.ladder(), price_table(config)[0]
    since = first_day(days, config.budget.timezone)

    def figures(conn: Connection) -> tuple[dict[str, Any], dict[str, Any]]:
        real, played = (
            summary(
                conn, LedgerCut(since=since, rehearsal=rehearsal), ladder, prices, config.baseline
            )
            for rehearsal in (False, True)
        )
        return real, played

    with working("Adding up the ledger"):
        real, rehearsal = read(figures)
    if as_json:
        print_json({**real, "days": days, "rehearsal": rehearsal})
        return
    if not real["tasks"] and not rehearsal["tasks"] and not real["spentUsd"]:
        nothing_yet("No tasks in that time" if days else "No tasks yet")
        return
    if real["tasks"] or real["spentUsd"]:
        _show("", real, by)
    else:
        say("No paid tasks in that time." if days else "No paid tasks yet.")
    if rehearsal["tasks"]:
        _show("Rehearsal (costs nothing; figures at list prices)", rehearsal, by)


def first_day(days: int, zone: str | None) -> str:
    """The first of the last `days` civil days, of which today is the last. "" if `days` is 0."""
    if not days:
        return ""
    today = date.fromisoformat(civil.day_of(civil.now(), zone))
    return (today - timedelta(days=min(days, today.toordinal()) - 1)).isoformat()


def summary(
    conn: Connection, cut: LedgerCut, ladder: Ladder, prices: PriceTable, chosen: str | None = None
) -> dict[str, Any]:
    """The figures of those rows of the ledger that `cut` selects, such as the last 30 days.

    Each of the groupings adds up to the same tasks and money. `chosen` is the baseline, the tier
    that savings are measured against; without it that is the top tier. `savedUsd` is what the same
    tokens would have cost on the baseline, minus what was spent.
    """
    cells = stats.spend(conn, cut)
    spent = sum(cell.cost for cell in cells)
    baseline = baseline_of(ladder, chosen)
    measured = baseline_cost(cells, baseline, prices)
    pairs: dict[tuple[str, str], int] = {}
    causes: dict[str, int] = {}
    for move in stats.moved(conn, cut):
        pair = (move.routed or NONE, move.answering or NONE)
        pairs[pair] = pairs.get(pair, 0) + move.tasks
        causes[move.cause or NONE] = causes.get(move.cause or NONE, 0) + move.tasks
    outcomes: dict[str, int] = {}
    for (kind, _), count in stats.outcomes(conn, cut).items():
        outcomes[kind] = outcomes.get(kind, 0) + count
    return {
        "tasks": sum(pairs.values()),
        "spentUsd": to_usd(spent),
        "assumedUsd": to_usd(stats.assumed(conn, cut)),
        "baseline": baseline.name,
        "baselineUsd": to_usd(measured),
        "savedUsd": to_usd(measured - spent),
        "topUsd": to_usd(baseline_cost(cells, ladder.get(ladder.top), prices)),
        "byTier": _cut(conn, "answering", "tier", cut),
        "byAction": {
            action: {"tasks": tasks, "costUsd": to_usd(cost)}
            for action, (tasks, cost) in sorted(stats.actions(conn, cut).items())
        },
        "byProject": _cut(conn, "project", "project", cut),
        "byDay": _cut(conn, "day", "day", cut),
        "byLanguage": _of_tasks(conn, "language", cut),
        "byClient": _of_tasks(conn, "client", cut),
        "routedToAnswering": [
            {"routed": a, "answering": b, "tasks": n} for (a, b), n in sorted(pairs.items())
        ],
        "byCause": dict(sorted(causes.items())),
        "outcomes": outcomes,
    }


def _of_tasks(conn: Connection, column: str, cut: LedgerCut) -> dict[str, dict[str, Any]]:
    """Tasks and money, grouped by a column of the table of tasks."""
    return {
        key or NONE: {"tasks": tasks, "costUsd": to_usd(cost)}
        for key, (tasks, cost) in stats.of_tasks(conn, column, cut).items()
    }


def _cut(conn: Connection, asked: str, paid: str, cut: LedgerCut) -> dict[str, dict[str, Any]]:
    """Tasks grouped by the column `asked`, and money by the column `paid`, under equal keys."""
    tasks = {key or NONE: n for key, n in stats.tasks_by(conn, asked, cut).items()}
    costs = stats.spent_by(conn, paid, cut)
    return {
        key: {"tasks": tasks.get(key, 0), "costUsd": to_usd(costs.get(key, 0))}
        for key in sorted({*tasks, *costs})
    }


def _show(title: str, figures: Mapping[str, Any], by: StatsBy | None) -> None:
    if title:
        say()
        say(title)
    spent, saved = (round(figures[k] * 1e9) for k in ("spentUsd", "savedUsd"))
    paid, difference = amounts(spent, abs(saved))
    against = f"{label(figures['baseline'])} with the same tokens"
    say(
        f"{counts.tasks(figures['tasks'])}, {paid} spent, "
        + (
            f"{difference} saved against {against}"
            if saved >= 0
            else f"{difference} more than {against} would have cost"
        )
    )
    for one in (StatsBy.tier, StatsBy.action) if by is None else (by,):
        rows = figures[KEYS[one]]
        costs = amounts(*(round(row["costUsd"] * 1e9) for row in rows.values()))
        names = label if one is StatsBy.tier else str
        say()
        show(
            (
                TableColumn(one.value, 9),
                TableColumn("tasks", 8, right=True),
                TableColumn("cost", 9, right=True),
            ),
            [
                (names(key), f"{row['tasks']:,}", cost)
                for (key, row), cost in zip(rows.items(), costs, strict=True)
            ],
        )
