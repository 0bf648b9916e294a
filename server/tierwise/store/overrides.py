"""Pins and remaps in the ledger, so that they survive a restart of the server.

Session pins belong to a session id that the client gives; project pins, file pins, action
pins and remaps belong to the project they were made in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from tierwise.store import schema

_OF_A_SESSION: Final = frozenset({"session", "conversation", "task"})


def put(
    conn: Connection, scope: str, key: str, tier: str, *, project: str, session: str, at_ms: int
) -> None:
    """Set a choice, in place of an earlier one for the same scope and key."""
    row = _key(scope, key, project, session) | {"tier": tier, "at_ms": at_ms}
    statement = insert(schema.overrides).values(**row)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["scope", "key", "project", "session"],
            set_={"tier": tier, "at_ms": at_ms},
        )
    )


def clear(conn: Connection, scope: str, key: str, *, project: str, session: str) -> None:
    """Forget a choice."""
    table = schema.overrides
    conn.execute(
        delete(table).where(
            *(table.c[k] == v for k, v in _key(scope, key, project, session).items())
        )
    )


def choices(conn: Connection, *, project: str, session: str) -> Sequence[tuple[str, str, str]]:
    """(scope, key, tier) of everything that holds for this project and session."""
    table = schema.overrides
    rows = conn.execute(
        select(table.c.scope, table.c.key, table.c.tier).where(
            table.c.project == project, or_(table.c.session == "", table.c.session == session)
        )
    )
    return [(row.scope, row.key, row.tier) for row in rows]


def _key(scope: str, key: str, project: str, session: str) -> dict[str, str]:
    kept_for = session if scope in _OF_A_SESSION else ""
    return {"scope": scope, "key": key, "project": project, "session": kept_for}
