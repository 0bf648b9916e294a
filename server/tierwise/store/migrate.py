"""Brings a ledger to the shape that this program knows, and checks whether it may write there.

Two numbers are kept. The table `steps_done` lists the steps a ledger went through.
`PRAGMA user_version` is the oldest shape whose programs may still write (`min_writer`). The
first version of Tierwise looks at that number alone and refuses one larger than its own. So a step
that only adds something does not change it, and no open window of an older version is shut out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy.engine import Connection

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store.steps import STEPS, SchemaStep

CURRENT: Final = len(STEPS)

_DONE: Final = "CREATE TABLE steps_done (step INTEGER PRIMARY KEY, at_ms BIGINT NOT NULL)"


def version(conn: Connection) -> int:
    """The last step that an open ledger went through; 0 for an empty file."""
    if _has_steps(conn):
        return int(conn.exec_driver_sql("SELECT MAX(step) FROM steps_done").scalar_one() or 0)
    return min(min_writer(conn), 1)


def min_writer(conn: Connection) -> int:
    """The oldest shape whose programs may write this ledger; 0 for an empty file."""
    return int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())


def migrate(conn: Connection, steps: Sequence[SchemaStep] = STEPS) -> None:
    """Bring an open ledger up to date inside the caller's transaction: all steps or none.

    If a newer Tierwise only added to the ledger, it can be written: what was added has defaults.
    Raises `LedgerUnavailable` where a newer one changed what the rows mean: then it can be
    read and nothing is written.
    """
    allowed = min_writer(conn)
    if allowed > len(steps):
        raise LedgerUnavailable(ErrorReason("ledger_newer"))
    found = version(conn)
    if found >= len(steps):
        return
    if not _has_steps(conn):
        conn.exec_driver_sql(_DONE)
        _note(conn, range(1, found + 1))
    for step in steps[found:]:
        for statement in step.statements:
            conn.exec_driver_sql(statement)
        allowed = max(allowed, step.min_writer)
    _note(conn, range(found + 1, len(steps) + 1))
    conn.exec_driver_sql(f"PRAGMA user_version={allowed}")


def _note(conn: Connection, steps: range) -> None:
    at_ms = time.time_ns() // 1_000_000
    for step in steps:
        conn.exec_driver_sql("INSERT INTO steps_done VALUES (?, ?)", (step, at_ms))


def _has_steps(conn: Connection) -> bool:
    found = conn.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'steps_done'"
    )
    return found.first() is not None
