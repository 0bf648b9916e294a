"""How many tasks the dearest tier answered in a time, read from the decisions of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


def answered(conn: Connection, tier: str, since_ms: int, until_ms: int) -> tuple[int, int]:
    """How many tasks of a time went to `tier` by their last decision, and how many tasks there
    were.

    Rehearsal is left out, and so are tasks whose tier the operator chose by hand. Tasks with a pin
    or a remap are included, because a workspace's settings can set those.
    """
    tasks, made = schema.tasks, schema.decisions
    later = made.alias()
    last = (
        sa.select(sa.func.max(later.c.seq))
        .where(later.c.task_id == tasks.c.task_id)
        .correlate(tasks)
        .scalar_subquery()
    )
    query = (
        sa.select(sa.func.count(), sa.func.sum(sa.case((made.c.answering == tier, 1), else_=0)))
        .select_from(tasks.join(made, made.c.task_id == tasks.c.task_id))
        .where(
            tasks.c.rehearsal.is_(False),
            tasks.c.created_ms >= since_ms,
            tasks.c.created_ms < until_ms,
            made.c.seq == last,
            made.c.cause != "override",
        )
    )
    total, top = conn.execute(query).one()
    return int(top or 0), int(total)
