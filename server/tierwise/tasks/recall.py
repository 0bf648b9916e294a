"""Reading the past back from the ledger: decisions and history as views."""

from __future__ import annotations

from typing import cast

from tierwise.core.decision import Cause, Decision, Estimate, Reason, Signals
from tierwise.core.outcome import OutcomeKind
from tierwise.core.request import Action
from tierwise.core.views import HistoryItem, TaskState
from tierwise.store.decisions import DecisionRow, TaskRow, Told


def decision(task: TaskRow, row: DecisionRow) -> Decision:
    """A decision as it was taken."""
    detail = row.detail
    estimate = detail["estimate"]
    return Decision(
        first=row.first,
        routed=row.routed,
        answering=row.answering,
        confidence=row.confidence,
        cause=cast(Cause, row.cause),
        estimate=Estimate(estimate["need"], estimate["lower"], estimate["accept"]),
        cost=detail["cost"],
        reasons=tuple(Reason("note", text) for text in detail["reasons"]),
        signals=Signals(
            detail["signals"], frozenset(detail["unknown"]), tuple(detail["text_scores"])
        ),
        propensity=row.propensity,
        soft=detail["soft"],
        explicit=detail["explicit"],
        weights=row.weights,
        id=task.task_id,
    )


def history_item(told: Told) -> HistoryItem:
    """A task of the past as shown."""
    return HistoryItem(
        task_id=told.task.task_id,
        action=cast(Action, told.task.action),
        state=cast(TaskState, told.task.state),
        decision=decision(told.task, told.decisions[-1]),
        created_ms=told.task.created_ms,
        uri=told.task.uri,
        edit_id=told.task.edit_id,
        cost=told.cost,
        outcomes=tuple((cast(OutcomeKind, kind), at) for kind, at, _, _ in told.outcomes),
    )
