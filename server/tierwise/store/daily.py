"""Checks the daily tables against the totals in `spent`, and rebuilds them where they differ.

Triggers keep the daily tables right. Only a repair that copies rows gets past the triggers.
Therefore each opening of a ledger compares the costs in the daily tables with the totals of
the same days in `spent`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

Execute = Callable[[str], Iterable[Any]]
"""A function that runs one statement and returns its rows."""

_DIFFERENT: Final = """
SELECT 1 WHERE EXISTS (
  SELECT 1 FROM (SELECT FALSE AS played UNION ALL SELECT TRUE) AS books WHERE
  (SELECT COALESCE(SUM(settled), 0) FROM spent WHERE scope = 'day' AND rehearsal = played)
  <> (SELECT COALESCE(SUM(cost), 0) FROM daily_spend WHERE rehearsal = played))
"""

LOCAL_DAY: Final = "date(created_ms / 1000, 'unixepoch', 'localtime')"
"""The civil day of `created_ms` on this machine, as an SQLite expression."""

_DAYS: Final = """UPDATE tasks SET day = COALESCE(
  (SELECT r.day FROM reservations r WHERE r.task_id = tasks.task_id ORDER BY r.created_ms LIMIT 1),
  {local_day}) WHERE day IS NULL"""

REBUILD: Final = (
    "DELETE FROM daily_spend",
    """INSERT INTO daily_spend
  SELECT day, period, project, rehearsal, tier, model, prompt_size, COUNT(*), SUM(cost),
    SUM(CASE WHEN assumed THEN cost ELSE 0 END), SUM(input_tokens), SUM(output_tokens),
    SUM(cache_read_tokens), SUM(cache_write_5m_tokens), SUM(cache_write_1h_tokens)
  FROM reservations WHERE state NOT IN ('open', 'released') GROUP BY 1, 2, 3, 4, 5, 6, 7""",
    "DELETE FROM daily_tasks",
    """INSERT INTO daily_tasks
  SELECT t.day, t.project, t.rehearsal, COALESCE(d.routed, ''),
    COALESCE(d.answering, ''), COALESCE(d.cause, ''), COUNT(*)
  FROM tasks t LEFT JOIN decisions d ON d.task_id = t.task_id
    AND d.seq = (SELECT MAX(l.seq) FROM decisions l WHERE l.task_id = t.task_id)
  GROUP BY 1, 2, 3, 4, 5, 6""",
    "DELETE FROM daily_actions",
    """INSERT INTO daily_actions
  SELECT day, rehearsal, action, SUM(tasks), SUM(cost) FROM (
    SELECT day, rehearsal, action, 1 AS tasks, 0 AS cost FROM tasks
    UNION ALL
    SELECT day, rehearsal, action, 0, cost FROM reservations
    WHERE state NOT IN ('open', 'released')) AS counted GROUP BY 1, 2, 3""",
    "DELETE FROM daily_outcomes",
    """INSERT INTO daily_outcomes
  SELECT t.day, t.rehearsal, o.kind, o.tier, COUNT(*)
  FROM outcomes o JOIN tasks t ON t.task_id = o.task_id GROUP BY 1, 2, 3, 4""",
)
"""Statements that compute every daily sum again from the rows."""


def check(execute: Execute, local_day: str = LOCAL_DAY) -> bool:
    """Compute the daily sums again if their costs differ from the totals in `spent`.

    Returns whether they were the same.
    """
    if not list(execute(_DIFFERENT)):
        return True
    rebuild(execute, local_day)
    return False


def rebuild(execute: Execute, local_day: str = LOCAL_DAY) -> None:
    """Compute the daily sums again, inside the caller's transaction.

    `local_day` is an SQL expression for the civil day of `created_ms`.
    """
    for statement in (_DAYS.format(local_day=local_day), *REBUILD):
        execute(statement)
