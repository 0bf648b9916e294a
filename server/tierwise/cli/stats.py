"""`tierwise stats`: counts and money by tier and action, and what the routing saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from tierwise.budget.prices import PriceTable
from tierwise.budget.usage import at_top
from tierwise.cli.ground import configuration, print_json, read
from tierwise.core.money import Usage
from tierwise.core.tiers import Ladder
from tierwise.present.money import dollars
from tierwise.present.tiers import label
from tierwise.store import decisions
from tierwise.store.decisions import Told

MOST = 100_000
"""Tasks counted at most."""


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    days: Annotated[int, typer.Option(help="Days back; 0 = everything.")] = 30,
) -> None:
    """Show what was spent, on which tier, and what always using the top tier would have cost."""
    since = None
    if days:
        since = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)
    told = read(lambda conn: decisions.history(conn, limit=MOST, since_ms=since))
    ladder = configuration().config.ladder()
    real = summary([t for t in told if not t.task.rehearsal], ladder)
    rehearsal = summary([t for t in told if t.task.rehearsal], ladder)
    if as_json:
        print_json({**real, "days": days, "rehearsal": rehearsal})
        return
    _show("", real)
    if rehearsal["tasks"]:
        _show("Rehearsal (costs nothing; figures at list prices)", rehearsal)


def summary(told: Sequence[Told], ladder: Ladder) -> dict[str, Any]:
    """The figures of some tasks. Saved is against the top tier with the same tokens."""
    prices = PriceTable.load()
    by_tier: dict[str, dict[str, Any]] = {}
    by_action: dict[str, dict[str, Any]] = {}
    pairs: Counter[tuple[str, str]] = Counter()
    outcomes: Counter[str] = Counter()
    top_cost = 0
    for task in told:
        _add(by_action, task.task.action, 1, task.cost)
        if task.decisions:
            last = task.decisions[-1]
            pairs[last.routed, last.answering] += 1
            _add(by_tier, last.answering, 1, 0)
        for attempt in task.attempts:
            _add(by_tier, attempt["tier"], 0, attempt["cost"])
            top_cost += _at_top(attempt, prices, ladder)
        outcomes.update(kind for kind, _, _, _ in task.outcomes)
    spent = sum(t.cost for t in told)
    return {
        "tasks": len(told),
        "spentUsd": spent / 1e9,
        "topUsd": top_cost / 1e9,
        "savedUsd": (top_cost - spent) / 1e9,
        "byTier": by_tier,
        "byAction": by_action,
        "routedToAnswering": [
            {"routed": a, "answering": b, "tasks": n} for (a, b), n in sorted(pairs.items())
        ],
        "outcomes": dict(outcomes),
    }


def _at_top(attempt: Mapping[str, Any], prices: PriceTable, ladder: Ladder) -> int:
    usage = Usage(
        attempt["input_tokens"],
        attempt["output_tokens"],
        attempt["cache_read_tokens"],
        attempt["cache_write_tokens"],
    )
    at = datetime.fromtimestamp(attempt["created_ms"] / 1000, UTC)
    return at_top(usage, at, prices, ladder)


def _add(table: dict[str, dict[str, Any]], key: str, tasks: int, nanos: int) -> None:
    row = table.setdefault(key, {"tasks": 0, "costUsd": 0.0})
    row["tasks"] += tasks
    row["costUsd"] = round(row["costUsd"] + nanos / 1e9, 9)


def _show(title: str, figures: Mapping[str, Any]) -> None:
    if title:
        typer.echo(f"\n{title}")
    spent, saved = (round(figures[k] * 1e9) for k in ("spentUsd", "savedUsd"))
    typer.echo(
        f"{figures['tasks']} tasks, {dollars(spent)} spent,"
        f" {dollars(max(saved, 0))} saved against the top tier with the same tokens"
    )
    for tier, row in figures["byTier"].items():
        typer.echo(f"  {label(tier):8} {row['tasks']:5} {dollars(round(row['costUsd'] * 1e9)):>10}")
    for action, row in sorted(figures["byAction"].items()):
        typer.echo(f"  {action:8} {row['tasks']:5} {dollars(round(row['costUsd'] * 1e9)):>10}")
