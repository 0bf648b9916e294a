"""Which tier answers a task and why, and the choices in force."""

from __future__ import annotations

from tierwise.core.decision import Cause, Scope
from tierwise.lsp.messages import Message


class Decision(Message):
    """Which tier answers and why. Shares in [0, 1], dollars per tier; lines of `reasons`.

    `headline` is the tier with its confidence as shown everywhere, `because` the reason that
    says most.
    """

    id: str
    first: str
    routed: str
    answering: str
    confidence: float
    cause: Cause
    final: bool
    estimate: dict[str, float]
    lower: dict[str, float]
    accept: dict[str, float]
    cost_usd: dict[str, float]
    reasons: list[str]
    signals: dict[str, float | None]
    propensity: float
    soft: bool
    explicit: bool
    headline: str
    because: str


class Explained(Decision):
    """Result of `tierwise/route/explain`: the decision, and for a task by id what would flip it.

    `cheaper` and `dearer` say the least change of the request that would move the tier down or
    up; absent where none is known, and for a task that was not started: clients ask for that
    while the operator types, and the search takes some fifty milliseconds.
    """

    cheaper: str | None = None
    dearer: str | None = None


class Chosen(Message):
    """A choice in force; `key` is what its scope is about: a URI, an action, a tier, an id."""

    scope: Scope
    key: str
    tier: str


class Choices(Message):
    """Result of `tierwise/route/choices`."""

    choices: list[Chosen]
