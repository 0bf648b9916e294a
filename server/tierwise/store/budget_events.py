"""What the operator did about money, and why money is on hold: an append-only log.

Kinds: `set` (a cap that replaces the configured one, `nanos` null to go back to it),
`raise` (this day or period only), `allow` (one task beyond the caps), `hold` and `resume`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

Kind = Literal["set", "raise", "allow", "hold", "resume"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What the events add up to for one scope: a cap set by hand, and raises on top.

    `was_set` tells a cap set to nothing (`set_to` None) from one never set.
    """

    was_set: bool = False
    set_to: int | None = None
    raised: int = 0


def note(
    conn: Connection,
    kind: Kind,
    scope: str,
    key: str,
    at_ms: int,
    *,
    nanos: int | None = None,
    task_id: str | None = None,
) -> None:
    """Add an event. `scope` is "day", "project", "task", or the reason of a hold."""
    conn.execute(
        sa.insert(schema.budget_events).values(
            at_ms=at_ms, kind=kind, scope=scope, key=key, nanos=nanos, task_id=task_id
        )
    )


def changes(conn: Connection, day: str, project: str, period_key: str) -> tuple[Changes, Changes]:
    """What holds for a day and for a project in its period.

    A day's cap is set for all projects, a project's for that project alone; raises count
    on the day or in the period they were made for.
    """
    table = schema.budget_events
    raises = sa.and_(
        table.c.kind == "raise",
        sa.tuple_(table.c.scope, table.c.key).in_([("day", day), ("project", period_key)]),
    )
    sets = sa.and_(
        table.c.kind == "set",
        sa.tuple_(table.c.scope, table.c.key).in_([("day", ""), ("project", project)]),
    )
    found = {"day": Changes(), "project": Changes()}
    query = sa.select(table.c.kind, table.c.scope, table.c.nanos)
    for row in conn.execute(query.where(sa.or_(raises, sets)).order_by(table.c.id)):
        old = found[row.scope]
        if row.kind == "set":
            found[row.scope] = Changes(row.nanos is not None, row.nanos, old.raised)
        else:
            found[row.scope] = Changes(old.was_set, old.set_to, old.raised + (row.nanos or 0))
    return found["day"], found["project"]


def allowed(conn: Connection, task_id: str) -> bool:
    """Whether the operator allowed this task beyond the caps."""
    table = schema.budget_events
    query = sa.select(table.c.id).where(table.c.kind == "allow", table.c.task_id == task_id)
    return conn.execute(query.limit(1)).first() is not None


def hold(conn: Connection) -> str | None:
    """The reason money is on hold, unless the operator resumed since; else `None`."""
    table = schema.budget_events
    query = (
        sa.select(table.c.kind, table.c.scope)
        .where(table.c.kind.in_(("hold", "resume")))
        .order_by(table.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).first()
    return str(row.scope) if row is not None and row.kind == "hold" else None


def log(conn: Connection, limit: int = 50) -> Sequence[tuple[int, str, str, int | None]]:
    """The latest events as (at_ms, kind, scope, nanos), newest first."""
    table = schema.budget_events
    query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
    return [(row.at_ms, row.kind, row.scope, row.nanos) for row in conn.execute(query)]
