"""The daily sums as the database keeps them, and as the rows add up to."""

from __future__ import annotations

from collections.abc import Mapping

from tierwise.store.deferred import Connection

Sums = Mapping[str, frozenset[tuple[object, ...]]]

_KEPT = {
    "daily_spend": "SELECT * FROM daily_spend WHERE calls <> 0",
    "daily_tasks": "SELECT * FROM daily_tasks WHERE tasks <> 0",
    "daily_actions": "SELECT * FROM daily_actions WHERE tasks <> 0 OR cost <> 0",
    "daily_outcomes": "SELECT * FROM daily_outcomes WHERE outcomes <> 0",
}

_ROWS = {
    "daily_spend": """
        SELECT day, period, project, rehearsal, tier, model, prompt_size, COUNT(*),
          SUM(cost), SUM(CASE WHEN assumed THEN cost ELSE 0 END),
          SUM(input_tokens), SUM(output_tokens),
          SUM(cache_read_tokens), SUM(cache_write_5m_tokens), SUM(cache_write_1h_tokens)
        FROM reservations WHERE state IN ('settled', 'assumed') GROUP BY 1, 2, 3, 4, 5, 6, 7""",
    "daily_tasks": """
        SELECT t.day, t.project, t.rehearsal, COALESCE(d.routed, ''),
          COALESCE(d.answering, ''), COALESCE(d.cause, ''), COUNT(*)
        FROM tasks t LEFT JOIN decisions d ON d.task_id = t.task_id AND NOT EXISTS (
          SELECT 1 FROM decisions later WHERE later.task_id = d.task_id AND later.seq > d.seq)
        GROUP BY 1, 2, 3, 4, 5, 6""",
    "daily_actions": """
        SELECT day, rehearsal, action, SUM(tasks), SUM(cost) FROM (
          SELECT day, rehearsal, action, 1 AS tasks, 0 AS cost FROM tasks UNION ALL
          SELECT day, rehearsal, action, 0, cost FROM reservations) AS counted
        GROUP BY 1, 2, 3 HAVING SUM(tasks) <> 0 OR SUM(cost) <> 0""",
    "daily_outcomes": """
        SELECT t.day, t.rehearsal, o.kind, o.tier, COUNT(*)
        FROM outcomes o JOIN tasks t USING (task_id) GROUP BY 1, 2, 3, 4""",
}


def as_kept(conn: Connection) -> Sums:
    """The daily sums; a cell that went back to nothing counts as none."""
    return _run(conn, _KEPT)


def as_rebuilt(conn: Connection) -> Sums:
    """The same, added up from every row of the ledger."""
    return _run(conn, _ROWS)


def _run(conn: Connection, queries: Mapping[str, str]) -> Sums:
    return {
        name: frozenset(tuple(row) for row in conn.exec_driver_sql(query))
        for name, query in queries.items()
    }
