"""Reading the past back from the ledger: decisions and history as views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """The rule that made a decision; before rules had names there was the confidence target."""
    named = detail.get("situation", {}).get("rule", "target-1")
    return cast(Rule, named) if named in get_args(Rule) else "target-1"


def _estimate(kept: Mapping[str, Any]) -> Estimate:
    """The estimate of a decision, as far as its row holds it."""
    known = {f.name for f in fields(Estimate)}
    told = {name: value for name, value in kept.items() if name in known}
    if "table" in told:
        told["table"] = tuple(told["table"])
    return Estimate(**told)


def signals(detail: Mapping[str, Any]) -> Signals:
    """The signals a decision was taken on."""
    return Signals(detail["signals"], frozenset(detail["unknown"]), tuple(detail["text_scores"]))


def situation(detail: Mapping[str, Any]) -> Situation:
    """The facts a decision was taken on."""
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
    facts["rule"] = rule(detail)
    known = {f.name for f in fields(Situation)}
    return Situation(**{key: value for key, value in facts.items() if key in known})


def reason(kept: Any) -> Reason:
    """A reason as the ledger has it; older ledgers have sentences."""
    if isinstance(kept, str):
        return Reason.said(kept)
    return Reason(kept["step"], kept["code"], kept["args"])


def floor(kept: Mapping[str, Any]) -> Floor:
    """A floor as the ledger has it; older ledgers have sentences."""
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
    """The decision a past task ended on. Raises `UnknownTask`."""
    told = await ledger.read(lambda conn: decisions.task(conn, task_id))
    if told is None or not told.decisions:
        raise UnknownTask(ErrorReason.of("unknown_task", task=task_id))
    return decision(told.task, told.decisions[-1])


async def history(ledger: Ledger, query: HistoryQuery) -> Sequence[HistoryItem]:
    """Tasks of the past, newest first; at most 500."""
    found = await ledger.read(
        lambda conn: decisions.history(
            conn,
            limit=max(1, min(query.limit, 500)),
            since_ms=query.since_ms,
            tier=query.tier,
            state=query.state,
            task_id=query.task_id,
        )
    )
    return [history_item(told) for told in found if told.decisions]


def kept(content: Content, task_id: str) -> dict[str, str]:
    """What came back for a task, where it is kept: `diff` as it was proposed, and `answer`."""
    files = {"diff": "proposal.diff", "answer": ANSWER}
    found = {name: content.get(task_id, file) for name, file in files.items()}
    return {name: text for name, text in found.items() if text}


def history_item(told: TaskHistory) -> HistoryItem:
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
