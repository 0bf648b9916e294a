"""Repairs a damaged ledger: it is set aside, and the newest good backup is completed from it.

What was spent after the backup is read from the damaged file as far as possible. If
some of it cannot be read, paid calls are on hold until the operator resumes, because a cap is worth
nothing if spending is forgotten.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from tierwise.store import backup, daily

log = logging.getLogger(__name__)

MONEY: Final = ("reservations", "budget_events", "calendar")
"""Tables about money. If their newest rows are lost, the caps cannot be trusted."""

TEAM: Final = ("members", "team_caps", "team_policy")
"""Tables about who may spend what in a team. A row that is lost may let in whom it kept out."""
LIFE: Final = (
    "tasks", "decisions", "outcomes", "overrides", "samples", "said", "queue_groups", "queue_jobs",
    "team_lessons", "team_learned",
)  # fmt: skip

_SUMS: Final = """
INSERT INTO spent (scope, key, rehearsal, settled, reserved, expected)
SELECT scope, key, rehearsal, SUM(cost), SUM(held), SUM(likely) FROM (
  SELECT 'day' AS scope, day AS key, rehearsal, cost,
    CASE state WHEN 'open' THEN worst ELSE 0 END AS held,
    CASE state WHEN 'open' THEN expected ELSE 0 END AS likely FROM reservations
  UNION ALL
  SELECT 'project', project || '|' || period, rehearsal, cost,
    CASE state WHEN 'open' THEN worst ELSE 0 END,
    CASE state WHEN 'open' THEN expected ELSE 0 END FROM reservations
  UNION ALL
  SELECT 'job', substr(request_id, 5, length(request_id) - 37), rehearsal, cost,
    CASE state WHEN 'open' THEN worst ELSE 0 END,
    CASE state WHEN 'open' THEN expected ELSE 0 END FROM reservations
  WHERE substr(request_id, 1, 4) = 'job:'
  UNION ALL
  SELECT scopes.scope, CASE scopes.scope
      WHEN 'period' THEN period
      WHEN 'project-day' THEN project || '|' || day
      WHEN 'member-day' THEN member || '|' || day
      ELSE member || '|' || period END, rehearsal, cost,
    CASE state WHEN 'open' THEN worst ELSE 0 END,
    CASE state WHEN 'open' THEN expected ELSE 0 END FROM reservations
  JOIN (SELECT 'period' AS scope UNION SELECT 'project-day' UNION SELECT 'member-day'
    UNION SELECT 'member-period') AS scopes
  WHERE member IS NOT NULL AND member <> ''
) GROUP BY scope, key, rehearsal
"""


def restore(path: Path) -> bool:
    """Set the file aside and put a repaired one in its place, inside the caller's lock.

    Returns True if every row about money and a team was saved. Raises `OSError` or `sqlite3.Error`
    if not even a new file can be written.
    """
    aside = _set_aside(path)
    part = path.with_suffix(".restoring")
    part.unlink(missing_ok=True)
    copy = next((c for c in backup.copies(path) if backup.sound(c)), None)
    if copy is not None:
        shutil.copyfile(copy, part)
    else:
        os.close(os.open(part, os.O_CREAT | os.O_RDWR, 0o600))
    part.chmod(0o600)
    whole = _fill(part, aside)
    os.replace(part, path)
    log.warning("ledger: damaged file set aside, %s", "all money saved" if whole else "on hold")
    return whole


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.stem}.damaged-{time.time_ns()}.db")
    for suffix in ("-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            os.replace(side, aside.with_name(aside.name + suffix))
    os.replace(path, aside)
    return aside


def _fill(part: Path, aside: Path) -> bool:
    """Migrate the new file, copy the readable rows of the tables in `MONEY`, `TEAM` and `LIFE` into
    it, and compute the sums again.

    Returns whether all rows of `MONEY` and `TEAM` could be read.
    """
    from sqlalchemy import create_engine

    from tierwise.store import migrate

    engine = create_engine(f"sqlite:///{part}")
    with engine.begin() as conn:
        migrate.migrate(conn)
    engine.dispose()
    with closing(sqlite3.connect(part, isolation_level=None)) as target:
        target.execute("BEGIN IMMEDIATE")
        saved = {table: _take_over(target, aside, table) for table in MONEY + TEAM + LIFE}
        target.execute("DELETE FROM spent")
        target.execute(_SUMS)
        daily.rebuild(target.execute)
        whole = all(saved[table] for table in MONEY + TEAM)
        if not whole:
            target.execute(
                "INSERT INTO budget_events (at_ms, kind, scope, key) VALUES (?, 'hold', ?, '')",
                (time.time_ns() // 1_000_000, "restored"),
            )
        target.execute("COMMIT")
    return whole


def _take_over(target: sqlite3.Connection, aside: Path, table: str) -> bool:
    """Copy the rows of a table that can be read. Returns whether those were all.

    A file of an older shape lacks columns and tables. A missing table counts as read, unless it is
    about money.
    """
    try:
        with closing(sqlite3.connect(aside, timeout=1.0)) as source:
            there = set(_columns(source, table))
            columns = [name for name in _columns(target, table) if name in there]
            if not columns:
                return table not in MONEY
            marks = ", ".join("?" * len(columns))
            insert = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            for row in _rows(source, table, columns):
                target.execute(insert, row)
    except sqlite3.Error:
        return False
    return True


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _rows(source: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[object]]:
    yield from source.execute(f"SELECT {', '.join(columns)} FROM {table}")
