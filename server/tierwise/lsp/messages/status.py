"""The status of a window and of its budgets, and the request that lifts a pause."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from tierwise.core import views
from tierwise.core.decision import Scope
from tierwise.core.money import to_nanos, to_usd
from tierwise.core.situation import BudgetLevel
from tierwise.core.views import StatusKind, TaskState
from tierwise.lsp.messages.base import Id, Message, Push


class Resume(Message):
    """Raise a cap by dollars, or allow one task. Without a `scope` the cap that caused the pause is
    raised.
    """

    raise_usd: Annotated[float | None, Field(gt=0, le=100_000, allow_inf_nan=False)] = None
    scope: Literal["day", "project"] | None = None
    allow_task: Id | None = None

    @property
    def raise_nanos(self) -> int | None:
        """`raise_usd` in nano-dollars."""
        return None if self.raise_usd is None else to_nanos(self.raise_usd)


class CommandOffer(Message):
    """A command of the server that the operator may run now, with its one argument."""

    title: str
    command: str
    arguments: list[dict[str, Any]]

    @classmethod
    def of(cls, offer: views.Offer) -> CommandOffer:
        """Make the message from an offer of the engine."""
        return cls(title=offer.title, command=offer.command, arguments=[dict(offer.argument)])


class Pin(Message):
    """A choice of a tier (`to`) that the operator made and that holds now.

    `scope` says of what kind `key` is: a session, project, file, action or tier.
    """

    scope: Scope
    key: str
    to: str


class Status(Push):
    """The status of an editor window, as its status line shows it.

    `needs_key` names the environment variable of an API key that is missing. Until it is set, or
    rehearsal is chosen, its tier answers nothing. `team` are lines of text on what a team may spend
    and has spent.
    """

    method: ClassVar = "tierwise/status/didChange"
    flag: ClassVar = "status"

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
    needs_key: str | None = None
    team: list[str] | None = None

    @classmethod
    def of(cls, view: views.StatusView) -> Status:
        """Make the message from the engine's view of the status."""

        def usd(nanos: int | None) -> float | None:
            return None if nanos is None else to_usd(nanos)

        hour = view.hour_limit
        return cls(
            kind=view.kind,
            text=view.text,
            tooltip=view.tooltip,
            tier=view.tier,
            routed=view.routed,
            confidence=view.confidence,
            state=view.state,
            pins=[Pin(scope=pin.scope, key=pin.key, to=pin.to) for pin in view.pins],
            spent_today_usd=to_usd(view.spent_today),
            reserved_usd=to_usd(view.reserved),
            day_usd=usd(view.day_limit),
            spent_project_usd=to_usd(view.spent_project),
            project_usd=usd(view.project_limit),
            level=view.level,
            spent_hour_usd=None if hour is None else to_usd(view.spent_hour),
            hour_usd=usd(hour),
            command=None if view.command is None else CommandOffer.of(view.command),
            needs_key=view.needs_key,
            team=list(view.team) or None,
        )


class BudgetChanged(Push):
    """Tells that the spend of a budget crossed a threshold. `state` is the state it has now."""

    method: ClassVar = "tierwise/budget/didChange"
    flag: ClassVar = "budget"

    scope: Literal["day", "night", "project", "hour"]
    state: BudgetLevel
    spent_usd: float
    limit_usd: float | None = None

    @classmethod
    def of(cls, view: views.BudgetView) -> BudgetChanged:
        """Make the message from the engine's view of a budget."""
        return cls(
            scope=view.scope,
            state=view.state,
            spent_usd=to_usd(view.spent),
            limit_usd=None if view.limit is None else to_usd(view.limit),
        )
