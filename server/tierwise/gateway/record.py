"""Writes the gateway's tasks and decisions to the ledger: numbers and hashes, but no text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tierwise.budget import days
from tierwise.core.decision import Decision
from tierwise.core.situation import Situation
from tierwise.core.views import TaskState
from tierwise.gateway.deciding import ACTION
from tierwise.gateway.office import SESSION, Office
from tierwise.gateway.strand import Strand
from tierwise.gateway.strands import RunningTask
from tierwise.store import decisions
from tierwise.store.decisions import TaskHistory, TaskRow
from tierwise.tasks.record.journal import decision_row

CLIENT: Final = "gateway"
"""The client that the ledger names for tasks of agents. Agents have no session that would name
them."""


def begun(office: Office, task: RunningTask) -> None:
    """Record a task with its first decision, if it is not recorded yet. If the router has not
    decided on the task, it decides now.

    It usually runs after a call was sent, so that the call does not wait for these rows.
    """
    if task.decisions:
        return
    task.decide()
    _opened(office, task)
    _kept(office, task, task.redecided(task.decision))


def _opened(office: Office, task: RunningTask) -> None:
    row = TaskRow(
        task_id=task.task_id,
        created_ms=task.at_ms,
        project=task.project,
        action=ACTION,
        language=None,
        uri=None,
        range=None,
        conversation_id=task.strand,
        session=SESSION,
        rehearsal=office.rehearses,
        state=task.state,
        day=_day(office, task.at_ms),
        client=CLIENT,
        member=task.member,
    )
    office.journal.note(lambda conn: decisions.insert_task(conn, row))


def decided(
    office: Office, task: RunningTask, decision: Decision, situation: Situation | None = None
) -> None:
    """Replace the decision by which a task runs, and record the new one.

    The row has all facts of the decision, so that it can be repeated later.
    """
    begun(office, task)
    _kept(office, task, task.redecided(decision, situation))


def _kept(office: Office, task: RunningTask, seq: int) -> None:
    row = decision_row(task.decision, task.situation, office.window.now_ms())
    task_id = task.task_id
    office.journal.note(lambda conn: decisions.record_decision(conn, task_id, seq, row))


def state_changed(
    office: Office, task: RunningTask, state: TaskState, error: str | None = None
) -> None:
    """Set the state of a task, and record it if it changed or has an error."""
    if not task.came_to(state) and error is None:
        return
    task_id = task.task_id
    office.journal.note(lambda conn: decisions.set_task_state(conn, task_id, state, error=error))


async def last_of(office: Office, strand: Strand) -> TaskHistory | None:
    """Read the last task of a conversation or sub-agent from the ledger. None if it has none."""
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
