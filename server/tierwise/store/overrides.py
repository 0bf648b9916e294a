"""Pins and remaps in the ledger, so that they survive a restart of the server.

Session pins belong to a session id that the client gives; project pins, file pins, action
pins and remaps belong to the project they were made in.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

_CHOICES: Final = """
SELECT scope, key, tier FROM overrides WHERE project = ? AND (session = '' OR session = ?)
"""
_OF_A_SESSION: Final = frozenset({"session", "conversation", "task"})


def put(
    conn: Connection,
    scope: str,
    key: str,
    tier: str,
    *,
    project: str,
    session: str,
    at_ms: int | None = None,
) -> None:
    """Set the operator's choice of a tier, in place of an earlier one of that scope and key."""
    clear(conn, scope, key, project=project, session=session)
    at = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    row = _key(scope, key, project, session) | {"tier": tier, "at_ms": at}
    conn.execute(sa.insert(schema.overrides).values(**row))


def clear(conn: Connection, scope: str, key: str, *, project: str, session: str) -> None:
    """Remove the operator's choice of a tier for a scope and key."""
    table = schema.overrides
    conn.execute(
        sa.delete(table).where(
            *(table.c[k] == v for k, v in _key(scope, key, project, session).items())
        )
    )


def choices(conn: LedgerRows, *, project: str, session: str) -> Sequence[tuple[str, str, str]]:
    """(scope, key, tier) of every tier choice in force: those of this project made for all its
    sessions, and those of this session.
    """
    rows = conn.exec_driver_sql(_CHOICES, (project, session))
    return [(scope, key, tier) for scope, key, tier in rows]


def _key(scope: str, key: str, project: str, session: str) -> dict[str, str]:
    kept_for = session if scope in _OF_A_SESSION else ""
    return {"scope": scope, "key": key, "project": project, "session": kept_for}
