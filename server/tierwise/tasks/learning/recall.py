"""Reads the past from the ledger: decisions and history, as they are shown."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, cast, get_args

from tierwise.core.actions import Action
from tierwise.core.decision import Adjustment, Cause, Decision, Estimate, Reason, Signals
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import UnknownTask
from tierwise.core.outcome import OutcomeKind
from tierwise.core.situation import Choice, Floor, Rule, Situation, WarmThread
from tierwise.core.tiers import Ladder, Tier
from tierwise.core.views import HistoryItem, TaskState
from tierwise.store import decisions
from tierwise.store.content import ANSWER, Content
from tierwise.store.decisions import DecisionRow, TaskHistory, TaskRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.api import HistoryQuery

log = logging.getLogger(__name__)


class OddRow(ValueError):
    """Raised for a row of the ledger that lacks what every version of Tierwise writes there.

    Code that reads many rows leaves such a row out and names its task.
    """


@contextmanager
def _of_a_row() -> Iterator[None]:
    """Raise `OddRow` for anything in one row that is missing or of the wrong type."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise OddRow(repr(error)) from error


def decision(task: TaskRow, row: DecisionRow) -> Decision:
    """A decision as it was made. Raises `OddRow` if its row cannot be read."""
    with _of_a_row():
        made = _decision(task, row)
        estimate = made.estimate
        for share in (made.confidence, made.propensity, *estimate.need.values()):
            _number(share)
        for figure in (*made.cost.values(), *estimate.lower.values(), *estimate.accept.values()):
            _number(figure)
        for name in (made.first, made.routed, made.answering, made.cause):
            _text(name)
        return made


def readable(told: TaskHistory) -> bool:
    """Whether a task, all its decisions and its outcomes can be read."""
    if not told.decisions:
        return True
    try:
        history_item(told)
        for row in told.decisions:
            decision(told.task, row), signals(row.detail), situation(row.detail)
    except OddRow:
        return False
    return True


def events(told: TaskHistory) -> tuple[tuple[str, int, str, Any], ...]:
    """The outcomes of a task, in order. Raises `OddRow` if one cannot be read."""
    with _of_a_row():
        for kind, at_ms, tier, _ in told.outcomes:
            _number(at_ms)
            for text in (kind, tier):
                _text(text)
        return told.outcomes


def _number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} in the place of a number")


def _text(value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in the place of a text")


def _decision(task: TaskRow, row: DecisionRow) -> Decision:
    detail = row.detail
    estimate = detail["estimate"]
    return Decision(
        first=row.first,
        routed=row.routed,
        answering=row.answering,
        confidence=row.confidence,
        cause=cast(Cause, row.cause),
        estimate=_estimate(estimate),
        cost=detail["cost"],
        reasons=tuple(reason(kept) for kept in detail["reasons"]),
        signals=signals(detail),
        propensity=row.propensity,
        soft=detail["soft"],
        explicit=detail["explicit"],
        weights=row.weights,
        id=task.task_id,
        confidence_tier=detail.get("confidence_tier", row.first),
        expected_loss=detail.get("expected_loss", {}),
        rule=rule(detail),
    )


def rule(detail: Mapping[str, Any]) -> Rule:
    """The rule that a past decision was made by, from its row. Before rules had names it was the
    confidence target.
    """
    named = detail.get("situation", {}).get("rule", "target-1")
    return cast(Rule, named) if named in get_args(Rule) else "target-1"


def _estimate(kept: Mapping[str, Any]) -> Estimate:
    """The estimate of a decision, as far as its row has it."""
    known = {f.name for f in fields(Estimate)}
    told = {name: value for name, value in kept.items() if name in known}
    if "table" in told:
        told["table"] = tuple(told["table"])
    return Estimate(**told)


def signals(detail: Mapping[str, Any]) -> Signals:
    """The signals that a decision was based on. Raises `OddRow` if its row cannot be read."""
    with _of_a_row():
        measured = dict(detail["signals"])
        scores = tuple(detail["text_scores"])
        for figure in (*measured.values(), *scores):
            _number(figure)
        return Signals(measured, frozenset(detail["unknown"]), scores)


def situation(detail: Mapping[str, Any]) -> Situation:
    """The facts that a decision was based on. Raises `OddRow` if its row cannot be read."""
    with _of_a_row():
        found = _situation(detail)
        for figure in found.cost.values():
            _number(figure)
        return found


def _situation(detail: Mapping[str, Any]) -> Situation:
    facts = dict(detail["situation"])
    warm, learned = facts.get("warm"), facts.get("learned")
    facts["ladder"] = Ladder(tuple(_tier(tier) for tier in facts["ladder"]))
    facts["choices"] = tuple(Choice(**choice) for choice in facts["choices"])
    facts["floors"] = tuple(floor(kept) for kept in facts["floors"])
    facts["fallback"] = {tier: tuple(names) for tier, names in facts["fallback"].items()}
    facts["warm"] = None if warm is None else WarmThread(**warm)
    if learned is not None:
        shift, variance = tuple(learned["shift"]), tuple(learned["variance"])
        learned = Adjustment(**{**learned, "shift": shift, "variance": variance})
    facts["learned"] = learned
    facts["opinion_table"] = tuple(map(tuple, facts.get("opinion_table", ())))
    facts["rule"] = rule(detail)
    known = {f.name for f in fields(Situation)}
    return Situation(**{key: value for key, value in facts.items() if key in known})


def reason(kept: Any) -> Reason:
    """A reason from the ledger. Older ledgers have its sentence in place of its parts."""
    if isinstance(kept, str):
        return Reason.said(kept)
    return Reason(kept["step"], kept["code"], kept["args"])


def floor(kept: Mapping[str, Any]) -> Floor:
    """A floor from the ledger. Older ledgers have a sentence (`why`) in place of its parts."""
    if "why" in kept:
        return Floor(kept["tier"], kept["why"])
    return Floor(**kept)


def _tier(data: Mapping[str, Any]) -> Tier:
    fallback = data["fallback"]
    return Tier(
        **{
            **data,
            "features": frozenset(data["features"]),
            "fallback": None if fallback is None else tuple(fallback),
        }
    )


async def last_decision(ledger: Ledger, task_id: str) -> Decision:
    """The last decision of a past task. Raises `UnknownTask` if there is none that can be read."""
    told = await ledger.read(lambda conn: decisions.task(conn, task_id))
    if told is None or not told.decisions:
        raise UnknownTask(ErrorReason.of("unknown_task", task=task_id))
    try:
        return decision(told.task, told.decisions[-1])
    except OddRow:
        raise UnknownTask(ErrorReason.of("unreadable_task", task=told.task.task_id)) from None


async def history(ledger: Ledger, query: HistoryQuery, workspace: str) -> Sequence[HistoryItem]:
    """Tasks of the past, newest first, at most 500. Those of agents are limited to this
    workspace.
    """
    found = await ledger.read(
        lambda conn: decisions.history(
            conn,
            limit=max(1, min(query.limit, 500)),
            since_ms=query.since_ms,
            tier=query.tier,
            state=query.state,
            task_id=query.task_id,
            workspace=workspace if query.task_id is None else None,
        )
    )
    items, odd = history_items(found)
    for task_id in odd:
        log.warning("the ledger's row of task %s cannot be read and is left out", task_id)
    return items


def history_items(found: Iterable[TaskHistory]) -> tuple[list[HistoryItem], list[str]]:
    """The tasks that have a decision, as shown, and the ids of those whose rows cannot be read."""
    items, odd = [], []
    for told in found:
        if told.decisions:
            try:
                items.append(history_item(told))
            except OddRow:
                odd.append(told.task.task_id)
    return items, odd


def kept(content: Content, task_id: str) -> dict[str, str]:
    """What is kept of a task's result: `diff` as it was proposed, and `answer`."""
    files = {"diff": "proposal.diff", "answer": ANSWER}
    found = {name: content.get(task_id, file) for name, file in files.items()}
    return {name: text for name, text in found.items() if text}


def history_item(told: TaskHistory) -> HistoryItem:
    """A task of the past, as shown. Raises `OddRow` if a row of it cannot be read."""
    shown = decision(told.task, told.decisions[-1])
    outcomes = events(told)
    with _of_a_row():
        cost = told.cost
        _number(told.task.created_ms)
        for text in (told.task.task_id, told.task.action, told.task.state):
            _text(text)
    return HistoryItem(
        task_id=told.task.task_id,
        action=cast(Action, told.task.action),
        state=cast(TaskState, told.task.state),
        decision=shown,
        created_ms=told.task.created_ms,
        uri=told.task.uri,
        edit_id=told.task.edit_id,
        cost=cost,
        rehearsal=told.task.rehearsal,
        outcomes=tuple((cast(OutcomeKind, kind), at) for kind, at, _, _ in outcomes),
    )
