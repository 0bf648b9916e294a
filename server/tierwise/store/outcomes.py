"""Outcomes in the ledger, joined to their decision by task id."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from tierwise.core.outcome import Outcome
from tierwise.store import schema


def record_outcome(conn: Connection, outcome: Outcome) -> None:
    """Add an outcome event."""
    conn.execute(
        insert(schema.outcomes).values(
            task_id=outcome.task_id,
            kind=outcome.kind,
            at_ms=outcome.at_ms,
            tier=outcome.tier,
            value=outcome.value,
            after_ms=outcome.after_ms,
        )
    )
