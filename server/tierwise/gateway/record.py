"""The gateway's tasks and decisions in the ledger: numbers and hashes, never a word."""

from __future__ import annotations

from datetime import UTC, datetime

from tierwise.budget import days
from tierwise.core.decision import Decision
from tierwise.core.situation import RULE, Situation
from tierwise.core.views import TaskState
from tierwise.gateway.office import SESSION, Office
from tierwise.gateway.strand import Strand
from tierwise.gateway.strands import RunningTask
from tierwise.store import decisions
from tierwise.store.decisions import DecisionRow, TaskHistory, TaskRow
from tierwise.tasks.record.journal import decision_detail


def begun(office: Office, task: RunningTask, strand: Strand, action: str) -> None:
    """A task begins with its first decision; told once, however often it is called.

    Called after the first money was set aside, so that it does not wait for these lines.
    """
    if task.decisions:
        return
    _opened(office, task, strand, action)
    decided(office, task, task.decision)


def _opened(office: Office, task: RunningTask, strand: Strand, action: str) -> None:
    row = TaskRow(
        task_id=task.task_id,
        created_ms=task.at_ms,
        project=task.project,
        action=action,
        language=None,
        uri=None,
        range=None,
        conversation_id=strand.key,
        session=SESSION,
        rehearsal=office.rehearses,
        state=task.state,
        day=_day(office, task.at_ms),
    )
    office.journal.note(lambda conn: decisions.insert_task(conn, row))


def decided(
    office: Office, task: RunningTask, decision: Decision, situation: Situation | None = None
) -> None:
    """A decision was taken for a task; enough of it is kept to take it again."""
    seq = task.redecided(decision, situation)
    row, task_id = decision_row(office, task.decision, task.situation), task.task_id
    office.journal.note(lambda conn: decisions.record_decision(conn, task_id, seq, row))


def moved(office: Office, task: RunningTask, state: TaskState, error: str | None = None) -> None:
    """A task came to another state."""
    if not task.came_to(state) and error is None:
        return
    task_id = task.task_id
    office.journal.note(lambda conn: decisions.set_task_state(conn, task_id, state, error=error))


def decision_row(office: Office, decision: Decision, situation: Situation) -> DecisionRow:
    """A decision as the ledger keeps it."""
    return DecisionRow(
        at_ms=office.window.now_ms(),
        first=decision.first,
        routed=decision.routed,
        answering=decision.answering,
        cause=decision.cause,
        confidence=decision.confidence,
        propensity=decision.propensity,
        weights=decision.weights,
        rule=decision.rule or RULE,
        detail=decision_detail(decision, situation),
    )


async def last_of(office: Office, strand: Strand) -> TaskHistory | None:
    """The task that a strand was at before this process was started."""
    found = await office.window.ledger.read(
        lambda conn: decisions.spoken(conn, strand.project, strand.key, limit=1)
    )
    return found[0] if found and found[0].decisions else None


def _day(office: Office, at_ms: int) -> str | None:
    try:
        zone = office.window.settings.limits.timezone
        return days.day_of(datetime.fromtimestamp(at_ms / 1000, UTC), zone)
    except ValueError:
        return None
