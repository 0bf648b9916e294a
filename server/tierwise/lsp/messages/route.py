"""Which tier answers a task and why, the choices in force, and how to change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, cast

from pydantic import Field

from tierwise.core.actions import Action
from tierwise.core.decision import Decision, Reason, Scope
from tierwise.core.outcome import Rating
from tierwise.lsp.messages.base import Id, Message, Text
from tierwise.lsp.messages.task import TaskStart
from tierwise.present.decision import WireDecision, to_wire
from tierwise.present.why import why
from tierwise.tasks.api import OverrideParams
from tierwise.tasks.choices import Kept


class Explain(TaskStart):
    """The params of a task that could be started, or only the `taskId` of one that was.

    For a `taskId` the answer also says what would have made the task cheaper or dearer.
    """

    action: Action = "chat"


class Explained(WireDecision, total=False):
    """The decision, and for a task by id what would have changed it.

    `cheaper` and `dearer` describe the smallest change of the request that would move the tier
    down or up. They are absent if none is known. They are also absent for a task that was not
    started, because clients ask for that while the operator types, and the search takes some fifty
    milliseconds. `page` explains the decision as markdown. `rest` lists every signal that is not
    zero, and a client may fold it. Only a task by id has these two.
    """

    cheaper: str
    dearer: str
    page: str
    rest: str


def explained(
    decision: Decision,
    signs: Sequence[Reason] = (),
    *,
    cheaper: str | None = None,
    dearer: str | None = None,
    rehearsal: bool = False,
    paged: bool = True,
    paid: int | None = None,
    redo_cost: int | None = None,
) -> Explained:
    """Make the message from a decision and from what would have changed it, if known.

    `paged` adds `page` and `rest`. In nano-dollars, `paid` is what the task cost, and `redo_cost`
    is what a redo counts beside the cost of its call.
    """
    flips = {"cheaper": cheaper, "dearer": dearer}
    found = {way: change for way, change in flips.items() if change is not None}
    if paged:
        made = why(
            decision, signs, cheaper=cheaper, dearer=dearer, rehearsal=rehearsal,
            paid=paid, redo_cost=redo_cost,
        )  # fmt: skip
        found |= {"page": made.page, "rest": made.rest}
    return cast("Explained", {**to_wire(decision, rehearsal=rehearsal, priced=bool(paid)), **found})


class Override(Message):
    """The operator's choice of a tier for a scope. `to` is a tier, or "auto" to clear a choice."""

    scope: Scope
    to: str
    task_id: Id | None = None
    conversation_id: Id | None = None
    action: Action | None = None
    uri: Text | None = None
    source: Annotated[str | None, Field(alias="from")] = None

    def params(self) -> OverrideParams:
        """Turn the message into the engine's own form."""
        return OverrideParams(
            scope=self.scope,
            to=self.to,
            task_id=self.task_id,
            action=self.action,
            uri=self.uri,
            source=self.source,
            conversation_id=self.conversation_id,
        )


class Rate(Message):
    """How the operator judges the tier that answered a task."""

    task_id: Id
    rating: Rating


class ChoicesAsk(Message):
    """A request for the choices in force; it has no parameters."""


class Chosen(Message):
    """A choice of a tier that the operator made and that holds now.

    `key` says for what it holds: a URI, an action, a tier or an id.
    """

    scope: Scope
    key: str
    tier: str


class Choices(Message):
    """The operator's choices that hold now: a tier for a file, an action and so on (pins), or one
    tier in place of another (remaps).
    """

    choices: list[Chosen]

    @classmethod
    def of(cls, kept: Iterable[Kept]) -> Choices:
        """Make the message from the choices that the engine keeps."""
        return cls(choices=[Chosen(scope=k.scope, key=k.key, tier=k.tier) for k in kept])
