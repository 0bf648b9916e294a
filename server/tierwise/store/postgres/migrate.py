"""Brings a ledger on PostgreSQL to the shape that this program knows, and says who may write it.

The table `steps_done` lists the steps it went through, `shape` holds the oldest shape whose
programs may still write. Every transaction reads that number together with the lock, so a program
that is too old stops at its next write, however long it has been connected.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('tierwise ' || current_schema(), 0))"
"""Takes the lock that every writer of one ledger holds during its transaction."""

LOCAL_DAY: Final = "to_char(to_timestamp(created_ms/1000.0),'YYYY-MM-DD')"
"""The civil day of `created_ms` in the server's zone."""

_SHAPE: Final = """
CREATE TABLE steps_done (step INTEGER PRIMARY KEY, at_ms BIGINT NOT NULL);
CREATE TABLE shape (min_writer INTEGER NOT NULL);
INSERT INTO shape VALUES (1);
"""


class PostgresStep:
    """One step: a file of statements, and the oldest shape whose programs may write after it."""

    def __init__(self, file: str, min_writer: int) -> None:
        self.file = file
        self.min_writer = min_writer

    @property
    def text(self) -> str:
        """The statements. A step that was shipped never changes."""
        return (
            resources.files("tierwise.store.postgres.steps").joinpath(self.file).read_text("utf-8")
        )


STEPS: Final = (
    PostgresStep("001_shape.sql", min_writer=1),
    PostgresStep("002_queue.sql", min_writer=1),
    PostgresStep("003_team.sql", min_writer=1),
    PostgresStep("004_client.sql", min_writer=1),
    PostgresStep("005_purse.sql", min_writer=1),
    PostgresStep("006_workers.sql", min_writer=1),
    PostgresStep("007_lessons.sql", min_writer=1),
    PostgresStep("008_places.sql", min_writer=1),
    PostgresStep("009_hour.sql", min_writer=1),
    PostgresStep("010_no_compiling.sql", min_writer=1),
)
"""The steps have numbers of their own: the first makes the shape that SQLite's steps had reached
when PostgreSQL was added."""


def migrate(conn: Connection, steps: Sequence[PostgresStep] = STEPS) -> None:
    """Bring a ledger up to date inside the caller's transaction, which holds the lock.

    A ledger that a newer Tierwise only added to can be written. Raises `LedgerUnavailable` where
    a newer one changed what the rows mean.
    """
    driver = conn.connection.driver_connection
    assert driver is not None
    if not _has_steps(conn):
        driver.execute(_SHAPE)
    allowed = int(conn.exec_driver_sql("SELECT min_writer FROM shape").scalar_one())
    if allowed > len(steps):
        raise LedgerUnavailable(ErrorReason("ledger_newer"))
    found = int(conn.exec_driver_sql("SELECT COALESCE(MAX(step), 0) FROM steps_done").scalar_one())
    for number, step in enumerate(steps[found:], found + 1):
        driver.execute(step.text)
        at_ms = time.time_ns() // 1_000_000
        conn.exec_driver_sql("INSERT INTO steps_done VALUES (?, ?)", (number, at_ms))
        allowed = max(allowed, step.min_writer)
    if found < len(steps):
        conn.exec_driver_sql("UPDATE shape SET min_writer = ?", (allowed,))


def _has_steps(conn: Connection) -> bool:
    return bool(conn.exec_driver_sql("SELECT to_regclass('steps_done') IS NOT NULL").scalar_one())
