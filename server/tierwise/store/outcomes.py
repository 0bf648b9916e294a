"""Outcomes in the ledger, joined to their decisions by task id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tierwise.core.outcome import Outcome
from tierwise.store import decisions
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


@dataclass(frozen=True, slots=True)
class JudgedOutcome:
    """An outcome with the task it is about and the decisions that task had, in order.

    `rehearsal` outcomes are in the ledger and never teach.
    """

    outcome: Outcome
    action: str
    language: str | None
    project: str
    rehearsal: bool
    decisions: tuple[decisions.DecisionRow, ...]


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


def outcomes_of(conn: Connection, task_id: str) -> Sequence[Outcome]:
    """The outcomes of a task, in the order they happened."""
    table = schema.outcomes
    query = sa.select(table).where(table.c.task_id == task_id).order_by(table.c.id)
    return [
        Outcome(row.task_id, row.kind, row.at_ms, row.tier, row.value, row.after_ms)
        for row in conn.execute(query)
    ]


def outcomes_since(
    conn: Connection, since_ms: int = 0, *, rehearsal: bool = False
) -> Sequence[JudgedOutcome]:
    """Outcomes from `since_ms` (UTC milliseconds) on with their decisions, oldest first."""
    events, owners = schema.outcomes, schema.tasks
    query = (
        sa.select(events, owners.c.action, owners.c.language, owners.c.project)
        .join(owners, owners.c.task_id == events.c.task_id)
        .where(events.c.at_ms >= since_ms, owners.c.rehearsal.is_(rehearsal))
        .order_by(events.c.id)
    )
    rows = conn.execute(query).all()
    made = decisions.decisions_of(conn, sorted({row.task_id for row in rows}))
    return [
        JudgedOutcome(
            Outcome(row.task_id, row.kind, row.at_ms, row.tier, row.value, row.after_ms),
            row.action,
            row.language,
            row.project,
            rehearsal,
            tuple(made.get(row.task_id, ())),
        )
        for row in rows
    ]
