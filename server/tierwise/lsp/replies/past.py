"""Past tasks, and the figures of a day and a project."""

from __future__ import annotations

from typing import Literal

from tierwise.core.outcome import OutcomeKind
from tierwise.core.request import Action
from tierwise.core.views import TaskState
from tierwise.lsp.messages import Id, Message
from tierwise.lsp.replies.route import Decision


class OutcomeAt(Message):
    """An outcome and when it was, in UTC milliseconds."""

    kind: OutcomeKind
    at: int


class HistoryTask(Message):
    """One task of the past; `created_at` is UTC milliseconds. `diff` and `answer` are what came
    back, in the answer for one task and as long as they are kept."""

    task_id: Id
    action: Action
    uri: str | None = None
    state: TaskState
    decision: Decision
    edit_id: Id | None = None
    cost_usd: float
    created_at: int
    outcomes: list[OutcomeAt]
    diff: str | None = None
    answer: str | None = None


class History(Message):
    """Result of `tierwise/history/query`."""

    tasks: list[HistoryTask]


class TierUse(Message):
    """What one tier did: tasks it took part in, and dollars."""

    tier: str
    tasks: int
    cost_usd: float


class ScopeUse(Message):
    """The figures of a scope; `saved` is against the top tier with the same tokens."""

    scope: Literal["today", "project"]
    tasks: int
    spent_usd: float
    limit_usd: float | None = None
    saved_usd: float
    tiers: list[TierUse]


class UsageFigures(Message):
    """Result of `tierwise/usage/query`."""

    scopes: list[ScopeUse]
