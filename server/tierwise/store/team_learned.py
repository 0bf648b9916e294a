"""What a team's outcomes taught: the lessons of its members, and the state that follows from
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tierwise.store import upsert
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


def add(
    conn: Connection,
    lesson: str,
    *,
    project: str,
    weights: str,
    member: str,
    ripe_ms: int,
    body: Mapping[str, Any],
) -> bool:
    """Keep a lesson: one task of a member as numbers that the team's router learns from.

    Returns False if it was there already: members and gateways may send one twice.
    """
    table = schema.team_lessons
    if conn.execute(sa.select(table.c.lesson).where(table.c.lesson == lesson)).first() is not None:
        return False
    conn.execute(
        sa.insert(table).values(
            lesson=lesson, project=project, weights=weights, member=member, ripe_ms=ripe_ms,
            body=body,
        )
    )  # fmt: skip
    return True


def learned(conn: Connection, project: str, weights: str) -> tuple[int, Mapping[str, Any] | None]:
    """The version and the learned state of a project for these shipped weights; 0 and
    None if none.
    """
    table = schema.team_learned
    query = sa.select(table.c.version, table.c.body).where(
        table.c.project == project, table.c.weights == weights
    )
    row = conn.execute(query).first()
    return (int(row.version), row.body) if row is not None else (0, None)


def put(
    conn: Connection, project: str, weights: str, version: int, body: Mapping[str, Any]
) -> None:
    """Set what a team learned in a project (`body`), relative to these shipped weights.

    It replaces an earlier version.
    """
    new = upsert.insert(conn.dialect.name, schema.team_learned).values(
        project=project, weights=weights, version=version, body=body
    )
    conn.execute(
        new.on_conflict_do_update(
            index_elements=["project", "weights"],
            set_={"version": new.excluded.version, "body": new.excluded.body},
        )
    )
