"""Reads the rows of a report from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.report.rows import ReportCall, ReportOutcome, ReportRows, ReportTask, civil
from tierwise.store import report, stats
from tierwise.store.deferred import Connection
from tierwise.store.stats import LedgerCut

FAILED_OVER: Final = "failover"
ESCALATED: Final = "escalated"


def read(conn: Connection, since: str, rehearsal: bool = False) -> ReportRows:
    """The rows of tasks from a civil day on ("" for all): of paid tasks, or with `rehearsal` of
    rehearsed ones.

    The ids of tasks with an unreadable row are in `odd`.
    """
    decided: dict[str, list[Sequence[object]]] = {}
    for row in report.decisions(conn, since, rehearsal):
        decided.setdefault(row[0], []).append(row)
    tasks, odd = [], []
    for task_id, day, action, state in report.tasks(conn, since, rehearsal):
        made = _task(task_id, day, action, state, decided.get(task_id, ()))
        if made is None:
            odd.append(str(task_id))
        else:
            tasks.append(made)
    return ReportRows(
        tasks=tasks,
        calls=[_call(*row) for row in report.calls(conn, since, rehearsal)],
        outcomes=[
            ReportOutcome(task_id, kind, tier, (value or "").strip('"'))
            for task_id, kind, tier, value in report.outcomes(conn, since, rehearsal)
        ],
        cells=stats.spend(conn, LedgerCut(since=since, rehearsal=rehearsal)),
        odd=odd,
    )


def _task(
    task_id: str, day: str | None, action: str, state: str, made: Sequence[Sequence[object]]
) -> ReportTask | None:
    """A task. None if a column has a value that no version of Tierwise writes."""
    texts = (day, action, state, *(cell for row in made for cell in row[1:5]))
    if not all(isinstance(text, str) for text in texts):
        return None
    if not all(isinstance(row[5], int | float) for row in made):
        return None
    if not made:
        return ReportTask(task_id, civil(str(day)), action, state, "", "", "", "", 0.0, "",
                          False, False)  # fmt: skip
    (_, first, _, answered_first, _, confidence), last = made[0], made[-1]
    causes = {row[4] for row in made}
    return ReportTask(
        task_id, civil(str(day)), action, state, str(first), str(last[2]), str(last[3]),
        str(last[4]), float(confidence), str(answered_first),  # type: ignore[arg-type]  # looked at above
        ESCALATED in causes, FAILED_OVER in causes,
    )  # fmt: skip


def _call(
    task_id: str,
    day: str,
    tier: str,
    model: str,
    cost: int,
    sent_ms: int | None,
    settled_ms: int | None,
) -> ReportCall:
    took = settled_ms - sent_ms if sent_ms and settled_ms else 0
    return ReportCall(task_id, day, tier, model, cost, max(took, 0))
