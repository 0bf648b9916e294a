"""Titles of code actions, with the forecast in them."""

from __future__ import annotations

from typing import Final

from tierwise.core.decision import Decision
from tierwise.core.request import Action
from tierwise.present.money import dollars
from tierwise.present.tiers import confident, label

ACTION_TITLES: Final[dict[Action, str]] = {
    "chat": "Ask",
    "edit": "Edit",
    "explain": "Explain",
    "fix": "Fix",
    "document": "Add docs",
    "test": "Write tests",
    "refactor": "Refactor",
    "generate": "Generate",
    "review": "Review",
    "commit": "Write commit message",
}
COMMENT_TITLE: Final = "Do this comment"


def forecast(decision: Decision) -> str:
    """Tier, confidence and expected cost: "Haiku 93 % · <$0.01"."""
    cost = decision.cost.get(decision.answering)
    priced = f" · {dollars(cost)}" if cost is not None else ""
    return confident(decision) + priced


def action_title(action: Action, decision: Decision, *, subject: str = "") -> str:
    """A code action's title: "Tierwise: Add docs · Haiku 93 % · <$0.01".

    `subject` narrows what is acted on ("unused import"), for actions on a diagnostic.
    """
    what = ACTION_TITLES[action] + (f" {subject}" if subject else "")
    return f"Tierwise: {what} · {forecast(decision)}"


def comment_title(decision: Decision) -> str:
    """The title of the action that does what a `tw:` comment says."""
    return f"Tierwise: {COMMENT_TITLE} · {forecast(decision)}"


def redo_title(tier: str) -> str:
    """The title of a redo on another tier."""
    return f"Redo with {label(tier)}"
