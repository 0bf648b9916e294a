"""`tierwise history`: lists the tasks of the past, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, get_args

import typer

from tierwise.cli.common import name_odd, nothing_yet, print_json, read
from tierwise.cli.lines import say
from tierwise.core.views import HistoryItem, TaskState
from tierwise.present.decision import to_wire
from tierwise.present.money import amount
from tierwise.present.shown import arrow
from tierwise.store import decisions
from tierwise.tasks.learning import recall

STATES: Final[tuple[str, ...]] = get_args(TaskState)


def run(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Tasks at most.")] = 20,
    tier: Annotated[
        str | None, typer.Option(metavar="TIER", help="Only tasks this tier answered.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only one of {', '.join(STATES)}.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List tasks with the tier that answered, the cost and what became of them."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"--state is one of {', '.join(STATES)}")
    told = read(lambda conn: decisions.history(conn, limit=limit, tier=tier, state=state))
    items, odd = recall.history_items(told)
    if as_json:
        print_json([_json(item) for item in items])
    elif items:
        _show(items)
    elif tier or state:
        say("No task is like that. `tierwise history` lists all of them.")
    elif not odd:
        nothing_yet()
    name_odd(odd)


def _show(items: Sequence[HistoryItem]) -> None:
    from tierwise.cli.table import TableColumn, show

    columns = (
        TableColumn("when", 6),
        TableColumn("task", 9),
        TableColumn("action", 5),
        TableColumn("tier", 8),
        TableColumn("cost", 7, right=True),
        TableColumn("state", 4),
        TableColumn("file", 2),
        TableColumn("what became of it", 3),
    )
    rows = [
        (
            datetime.fromtimestamp(item.created_ms / 1000).strftime("%m-%d %H:%M"),
            item.task_id,
            item.action,
            arrow(item.decision),
            amount(item.cost),
            item.state,
            (item.uri or "").rsplit("/", 1)[-1],
            ", ".join(dict.fromkeys(kind for kind, _ in item.outcomes)),
        )
        for item in items
    ]
    show(columns, rows)


def _json(item: HistoryItem) -> dict[str, object]:
    return {
        "taskId": item.task_id,
        "action": item.action,
        "uri": item.uri,
        "state": item.state,
        "decision": to_wire(item.decision, priced=bool(item.cost)),
        "costUsd": item.cost / 1e9,
        "createdAt": item.created_ms,
        "outcomes": [{"kind": k, "at": at} for k, at in item.outcomes],
    }
