"""Finds the outcome of an agent's turn in the bodies of later calls: the operator's next words,
an interruption, test runs.

A client that knows more, for instance by its hooks, reports it over `POST /v1/outcomes`. The
editors' learner learns from all of it, under the action of an agent's turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tierwise.core.outcome import Outcome, OutcomeKind
from tierwise.gateway import consent, evidence, words
from tierwise.gateway.message import Body
from tierwise.gateway.office import Office
from tierwise.gateway.strands import RunningTask
from tierwise.store import outcomes


class Judged(Protocol):
    """A task that has an outcome, and the tier whose answer the outcome is about."""

    @property
    def task_id(self) -> str: ...

    @property
    def tier(self) -> str: ...


def record(
    office: Office,
    task: Judged,
    kind: OutcomeKind,
    value: str | float | None = None,
    after_ms: int | None = None,
) -> None:
    """Keep an outcome of a task in the ledger.

    `after_ms` is how long after the last edit it was seen, for an outcome of survival.
    """
    event = Outcome(
        task_id=task.task_id,
        kind=kind,
        at_ms=office.window.now_ms(),
        tier=task.tier,
        value=value,
        after_ms=after_ms,
    )
    office.journal.note(lambda conn: outcomes.record_outcome(conn, event))


def of_next_turn(office: Office, before: RunningTask, body: Body) -> None:
    """Record what the body of a new turn says about the turn before it."""
    for kind, value in shown_by(body).items():
        record(office, before, kind, value)


def shown_by(body: Body) -> Mapping[OutcomeKind, str | None]:
    """The outcomes of the turn before the newest one, read from the body of the newest."""
    found: dict[OutcomeKind, str | None] = {}
    green = evidence.last_run(evidence.calls_before(body))
    if green is not None:
        found["tests"] = "green" if green else "red"
    if words.interrupted(body):
        found["interrupted"] = None
    elif consent.corrects(words.said_last(body)):
        found["reasked"] = None
    else:
        found["wentOn"] = None
    return found
