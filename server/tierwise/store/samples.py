"""Histograms of what requests really used, from which bounds are calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

Key = tuple[str, str, str]
"""(kind, model, subject): ("output", model, action) or ("input", model, language)."""


def read(conn: Connection) -> Mapping[Key, Mapping[int, int]]:
    """Every histogram: bucket to how often."""
    found: dict[Key, dict[int, int]] = {}
    for row in conn.execute(sa.select(schema.samples)):
        found.setdefault((row.kind, row.model, row.subject), {})[row.bucket] = row.n
    return found


def add(conn: Connection, key: Key, bucket: int) -> None:
    """Count one observation."""
    table = schema.samples
    kind, model, subject = key
    mine = sa.and_(
        table.c.kind == kind,
        table.c.model == model,
        table.c.subject == subject,
        table.c.bucket == bucket,
    )
    if conn.execute(sa.update(table).where(mine).values(n=table.c.n + 1)).rowcount == 0:
        conn.execute(
            sa.insert(table).values(kind=kind, model=model, subject=subject, bucket=bucket, n=1)
        )
