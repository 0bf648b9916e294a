"""`tierwise history`: the tasks of the past, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from tierwise.cli.common import print_json, read
from tierwise.present.decision import to_wire
from tierwise.present.money import amount
from tierwise.present.shown import arrow
from tierwise.store import decisions
from tierwise.tasks.learning import recall


def run(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    tier: Annotated[str | None, typer.Option(help="Only tasks this tier answered.")] = None,
    state: Annotated[str | None, typer.Option(help="Only tasks in this state.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List tasks with the tier that answered, the cost and what became of them."""
    told = read(lambda conn: decisions.history(conn, limit=limit, tier=tier, state=state))
    items = [recall.history_item(t) for t in told if t.decisions]
    if as_json:
        print_json(
            [
                {
                    "taskId": i.task_id,
                    "action": i.action,
                    "uri": i.uri,
                    "state": i.state,
                    "decision": to_wire(i.decision),
                    "costUsd": i.cost / 1e9,
                    "createdAt": i.created_ms,
                    "outcomes": [{"kind": k, "at": at} for k, at in i.outcomes],
                }
                for i in items
            ]
        )
        return
    for item in items:
        when = datetime.fromtimestamp(item.created_ms / 1000).strftime("%m-%d %H:%M")
        name = (item.uri or "").rsplit("/", 1)[-1]
        kinds = ", ".join(kind for kind, _ in item.outcomes)
        typer.echo(
            f"{when}  {item.task_id}  {item.action:8} {arrow(item.decision):16}"
            f" {amount(item.cost):>7}  {item.state:12} {name}  {kinds}"
        )
