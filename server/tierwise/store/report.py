"""The rows of a report, read column by column: a hundred thousand tasks in a few seconds.

Only one column of JSON is read, and that as text: parsing would take longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

Row = Sequence[Any]


def tasks(conn: Connection, since: str, rehearsal: bool) -> Sequence[Row]:
    """task_id, day, action, state of the tasks asked on that civil day or later, oldest first."""
    table = schema.tasks
    return conn.execute(
        sa.select(table.c.task_id, table.c.day, table.c.action, table.c.state)
        .where(*_since(table, since, rehearsal))
        .order_by(table.c.created_ms, table.c.task_id)
    ).fetchall()


def decisions(conn: Connection, since: str, rehearsal: bool) -> Sequence[Row]:
    """task_id, first, routed, answering, cause, confidence of the decisions, in order for each
    task.
    """
    made, asked = schema.decisions, schema.tasks
    return conn.execute(
        sa.select(
            made.c.task_id, made.c.first, made.c.routed, made.c.answering, made.c.cause,
            made.c.confidence,
        )
        .select_from(made.join(asked, asked.c.task_id == made.c.task_id))
        .where(*_since(asked, since, rehearsal))
        .order_by(made.c.task_id, made.c.seq)
    ).fetchall()  # fmt: skip


def calls(conn: Connection, since: str, rehearsal: bool) -> Sequence[Row]:
    """task_id, day, tier, model, cost, sent_ms, settled_ms of the calls that were booked."""
    table = schema.reservations
    return conn.execute(
        sa.select(
            table.c.task_id, table.c.day, table.c.tier, table.c.model, table.c.cost,
            table.c.sent_ms, table.c.settled_ms,
        ).where(
            *_since(table, since, rehearsal), table.c.state.not_in(("open", "released"))
        )
    ).fetchall()  # fmt: skip


def outcomes(conn: Connection, since: str, rehearsal: bool) -> Sequence[Row]:
    """task_id, kind, tier and value (as text) of outcomes, in the order they were recorded.

    Of a task's survival checks only the last is there.
    """
    table, asked = schema.outcomes, schema.tasks
    last = (
        sa.select(sa.func.max(table.c.id))
        .where(table.c.kind == "survived")
        .group_by(table.c.task_id)
    )
    return conn.execute(
        sa.select(table.c.task_id, table.c.kind, table.c.tier, sa.cast(table.c.value, sa.Text))
        .select_from(table.join(asked, asked.c.task_id == table.c.task_id))
        .where(
            *_since(asked, since, rehearsal),
            sa.or_(table.c.kind != "survived", table.c.id.in_(last)),
        )
        .order_by(table.c.id)
    ).fetchall()


def _since(table: Any, since: str, rehearsal: bool) -> list[Any]:
    wanted = [table.c.rehearsal.is_(rehearsal)]
    return [*wanted, table.c.day >= since] if since else wanted
