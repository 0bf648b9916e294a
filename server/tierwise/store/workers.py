"""The night's workers that share one queue: which are there, and what the lost ones left.

A worker works for one state folder (its place) and takes over what was lost there. It leaves other
folders alone, since it does not have their instructions and files. It reports every few seconds.
For a process on the same machine the operating system is asked, so that a worker that is only
suspended does not count as lost.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from tierwise.core.jobs import AHEAD
from tierwise.store import owner, upsert
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

LOST_MS: Final = 60_000
"""Milliseconds without a report after which a worker of another machine counts as lost."""


def now_ms(conn: Connection) -> int:
    """UTC milliseconds of the clock that all workers share: the database server's, if
    there is one.
    """
    if conn.dialect.name == "sqlite":
        return time.time_ns() // 1_000_000
    return int(conn.exec_driver_sql("SELECT now_ms()").scalar_one())


def here(conn: Connection, worker: str, place: str) -> None:
    """Note that a worker of that state folder (`place`) runs."""
    new = upsert.insert(conn.dialect.name, schema.workers).values(
        worker=worker, seen_ms=now_ms(conn), place=place
    )
    conn.execute(
        new.on_conflict_do_update(index_elements=["worker"], set_={"seen_ms": new.excluded.seen_ms})
    )


def gone(conn: Connection, worker: str) -> None:
    """Note that a worker ended in order and left nothing behind."""
    conn.execute(sa.delete(schema.workers).where(schema.workers.c.worker == worker))


def lost(conn: Connection, place: str) -> Sequence[str]:
    """The workers of a state folder (`place`) that died: they did not say that they end."""
    now, table = now_ms(conn), schema.workers
    return [
        row.worker
        for row in conn.execute(sa.select(table).where(_at(table.c.place, place)))
        if (alive := owner.alive(row.worker)) is False
        or (alive is None and now - row.seen_ms > LOST_MS)
    ]


def taken_over(conn: Connection, workers: Collection[str], place: str) -> int:
    """Take over the jobs that lost workers of a state folder (`place`) left.

    Returns how many jobs they were running. A job that ran is queued again, with one more killed
    run. A job that was handed to the engine and did not begin is handed in again, since a lost
    worker may have taken it. If none had, the engine has it twice; it still runs once, because it
    begins in one transaction.
    """
    table = schema.queue_jobs
    ran = (
        sa.update(table)
        .where(table.c.state == "running", table.c.worker.in_(workers))
        .values(state="queued", worker=None, version=None, kills=table.c.kills + 1)
    )
    found = conn.execute(ran).rowcount
    groups = schema.queue_groups
    own = sa.select(groups.c.id).where(_at(groups.c.place, place))
    waiting = [state for state in sorted(AHEAD) if state != "running"]
    conn.execute(
        sa.update(table)
        .where(table.c.state.in_(waiting), table.c.version.is_not(None), table.c.group_id.in_(own))
        .values(version=None)
    )
    conn.execute(sa.delete(schema.workers).where(schema.workers.c.worker.in_(workers)))
    return found


def _at(column: sa.Column[str], place: str) -> sa.ColumnElement[bool]:
    """A condition: the row is of that place, or it names no place because an older Tierwise wrote
    it.
    """
    return sa.or_(column == place, column.is_(None))
