"""Outcomes in the ledger; the task id joins them to their decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierwise.core.outcome import Outcome
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
