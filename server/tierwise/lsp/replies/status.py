"""The status of a window and of its budgets."""

from __future__ import annotations

from typing import Any, Literal

from tierwise.core.decision import Scope
from tierwise.core.situation import BudgetLevel
from tierwise.core.views import StatusKind, TaskState
from tierwise.lsp.messages import Message


class CommandOffer(Message):
    """A command of the server with its one argument."""

    title: str
    command: str
    arguments: list[dict[str, Any]]


class Pin(Message):
    """A choice in force: `key` is a session, project, file, action or tier, by its scope."""

    scope: Scope
    key: str
    to: str


class Status(Message):
    """Result of `tierwise/status`; notification `tierwise/status/didChange`, flag `status`."""

    kind: StatusKind
    text: str
    tooltip: str
    tier: str | None = None
    routed: str | None = None
    confidence: float | None = None
    state: TaskState | None = None
    pins: list[Pin]
    spent_today_usd: float
    reserved_usd: float
    day_usd: float | None = None
    spent_project_usd: float
    project_usd: float | None = None
    spent_hour_usd: float | None = None
    hour_usd: float | None = None
    level: BudgetLevel
    command: CommandOffer | None = None


class BudgetChanged(Message):
    """Notification `tierwise/budget/didChange` to the client, flag `budget`."""

    scope: Literal["day", "project", "hour"]
    state: BudgetLevel
    spent_usd: float
    limit_usd: float | None = None
