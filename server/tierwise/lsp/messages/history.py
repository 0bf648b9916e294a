"""Past tasks, and what was spent today and in the project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from tierwise.budget import usage
from tierwise.core.actions import Action
from tierwise.core.money import to_usd
from tierwise.core.outcome import OutcomeKind
from tierwise.core.views import HistoryItem, TaskState
from tierwise.lsp.messages.base import Id, Message
from tierwise.present.decision import WireDecision, to_wire
from tierwise.tasks.api import HistoryQuery


class HistoryAsk(Message):
    """Which tasks of the past are listed. `since` is UTC milliseconds.

    With a `task_id` it is only that task, and the answer then has its `diff` and `answer`.
    """

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    since: Annotated[int | None, Field(ge=0, le=2**53)] = None
    tier: str | None = None
    state: TaskState | None = None
    task_id: Id | None = None

    def query(self) -> HistoryQuery:
        """Turn the message into the engine's own form."""
        return HistoryQuery(self.limit, self.since, self.tier, self.state, self.task_id)


class OutcomeAt(Message):
    """An outcome, and its time in UTC milliseconds."""

    kind: OutcomeKind
    at: int


class HistoryTask(Message):
    """One task of the past. `created_at` is UTC milliseconds.

    With `rehearsal` nothing was paid, and `cost_usd` is what the task would cost with an API key.
    `diff` and `answer` are what the model gave. They are present only if one task was asked for,
    and as long as they are kept.
    """

    task_id: Id
    action: Action
    uri: str | None = None
    state: TaskState
    decision: WireDecision
    edit_id: Id | None = None
    cost_usd: float
    rehearsal: bool | None = None
    created_at: int
    outcomes: list[OutcomeAt]
    diff: str | None = None
    answer: str | None = None

    @classmethod
    def of(
        cls, item: HistoryItem, *, diff: str | None = None, answer: str | None = None
    ) -> HistoryTask:
        """Make the message from a task of the ledger."""
        return cls(
            task_id=item.task_id,
            action=item.action,
            uri=item.uri,
            state=item.state,
            decision=to_wire(item.decision, rehearsal=item.rehearsal, priced=bool(item.cost)),
            edit_id=item.edit_id,
            cost_usd=to_usd(item.cost),
            rehearsal=item.rehearsal or None,
            created_at=item.created_ms,
            outcomes=[OutcomeAt(kind=kind, at=at) for kind, at in item.outcomes],
            diff=diff,
            answer=answer,
        )


class History(Message):
    """Tasks of the past, newest first."""

    tasks: list[HistoryTask]


class UsageAsk(Message):
    """A request for what was spent; it has no parameters."""


class TierUse(Message):
    """The use of one tier: of how many tasks it gave the last answer, and what its calls cost."""

    tier: str
    tasks: int
    cost_usd: float


class ScopeUse(Message):
    """What was spent today or in the project.

    `saved_usd` is the difference to what the tier `baseline` would have cost for the same tokens.
    It is negative if more was spent.
    """

    scope: Literal["today", "project"]
    tasks: int
    spent_usd: float
    limit_usd: float | None = None
    saved_usd: float
    baseline: str
    tiers: list[TierUse]

    @classmethod
    def of(cls, scope: usage.ScopeUse) -> ScopeUse:
        """Make the message from the figures of the ledger."""
        return cls(
            scope=scope.scope,
            tasks=scope.tasks,
            spent_usd=to_usd(scope.spent),
            limit_usd=None if scope.limit is None else to_usd(scope.limit),
            saved_usd=to_usd(scope.saved),
            baseline=scope.baseline,
            tiers=[
                TierUse(tier=use.tier, tasks=use.tasks, cost_usd=to_usd(use.cost))
                for use in scope.tiers
            ],
        )


class UsageFigures(Message):
    """What was spent today and in the project, by tier."""

    scopes: list[ScopeUse]

    @classmethod
    def of(cls, scopes: Iterable[usage.ScopeUse]) -> UsageFigures:
        """Make the message from the figures of the ledger."""
        return cls(scopes=[ScopeUse.of(scope) for scope in scopes])
