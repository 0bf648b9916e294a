"""Outcomes in the ledger; the task id joins them to their decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tierwise.core.outcome import Outcome
from tierwise.store.decisions import COMMAND
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


def record_outcome(conn: Connection, outcome: Outcome) -> None:
    """Add an outcome event."""
    conn.execute(
        sa.insert(schema.outcomes).values(
            task_id=outcome.task_id,
            kind=outcome.kind,
            at_ms=outcome.at_ms,
            tier=outcome.tier,
            value=outcome.value,
            after_ms=outcome.after_ms,
        )
    )


def own_lately(
    conn: Connection, kinds: Iterable[str], *, after: int, since_ms: int, limit: int
) -> Sequence[Sequence[Any]]:
    """The newest outcomes of the operator's own paid tasks, oldest first.

    Each is id, task id, action, tier, kind and value. The id is above `after`, the time not before
    `since_ms` (UTC milliseconds), and at most `limit` are returned. Tasks that a command did at
    night and tasks of a team's members are left out.
    """
    table, asked = schema.outcomes, schema.tasks
    newest = (
        sa.select(
            table.c.id, table.c.task_id, asked.c.action, table.c.tier, table.c.kind, table.c.value
        )
        .select_from(table.join(asked, asked.c.task_id == table.c.task_id))
        .where(
            table.c.id > after,
            table.c.at_ms >= since_ms,
            table.c.kind.in_(sorted(kinds)),
            asked.c.rehearsal.is_(False),
            asked.c.member.is_(None),
            sa.func.coalesce(asked.c.client, "") != COMMAND,
        )
        .order_by(sa.desc(table.c.id))
        .limit(limit)
    )
    return list(reversed(conn.execute(newest).fetchall()))
