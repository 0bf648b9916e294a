"""Histograms of what requests really used. Bounds are calibrated from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from tierwise.store import upsert
from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

Key = tuple[str, str, str]
"""(kind, model, subject): ("output", model, action), ("input", model, language) or
("first_token", place, "")."""


def read(conn: LedgerRows) -> Mapping[Key, Mapping[int, int]]:
    """Every histogram of what requests used, as its number of observations per bucket."""
    found: dict[Key, dict[int, int]] = {}
    rows = conn.exec_driver_sql("SELECT kind, model, subject, bucket, n FROM samples")
    for kind, model, subject, bucket, n in rows:
        found.setdefault((kind, model, subject), {})[bucket] = n
    return found


def add(conn: Connection, *observed: tuple[Key, int]) -> None:
    """Count observations. Each names a histogram and the bucket of it that grows by one."""
    conn.execute(
        _count(conn.dialect.name),
        [
            {"kind": kind, "model": model, "subject": subject, "bucket": bucket, "n": 1}
            for (kind, model, subject), bucket in observed
        ],
    )


def forget(conn: Connection, key: Key, above: int) -> None:
    """Halve the counts of a histogram with more than `above` observations, so that new ones weigh
    more.
    """
    table = schema.samples
    kind, model, subject = key
    mine = sa.and_(table.c.kind == kind, table.c.model == model, table.c.subject == subject)
    total = conn.execute(sa.select(sa.func.sum(table.c.n)).where(mine)).scalar() or 0
    if total > above:
        conn.execute(sa.delete(table).where(mine, table.c.n <= 1))
        conn.execute(sa.update(table).where(mine).values(n=table.c.n // 2))


@cache
def _count(store: str) -> sa.Insert:
    table = schema.samples
    statement = upsert.insert(store, table)
    return statement.on_conflict_do_update(
        index_elements=["kind", "model", "subject", "bucket"],
        set_={"n": table.c.n + statement.excluded.n},
    )
