"""Adds the forecast to the titles of code actions; the titles are in `core/actions.py`."""

from __future__ import annotations

from typing import Final

from tierwise.core.actions import KINDS, Action
from tierwise.core.decision import Decision
from tierwise.present.money import amount
from tierwise.present.names import label
from tierwise.present.tiers import confident

COMMENT_TITLE: Final = "Do this comment"
SENT_TITLE: Final = "Tierwise: Show what was sent"


def forecast(decision: Decision) -> str:
    """Tier, confidence and expected cost: "Haiku 93 % · 0.04¢"."""
    cost = decision.cost.get(decision.answering)
    priced = f" · {amount(cost)}" if cost is not None else ""
    return confident(decision) + priced


def action_title(action: Action, decision: Decision, *, subject: str = "") -> str:
    """A code action's title: "Tierwise: Add docs · Haiku 93 % · 0.04¢".

    `subject` narrows what is acted on ("unused import"), for actions on a diagnostic.
    """
    what = KINDS[action].title + (f" {subject}" if subject else "")
    return f"Tierwise: {what} · {forecast(decision)}"


def comment_title(decision: Decision) -> str:
    """The title of the action that does what a `tw:` comment says."""
    return f"Tierwise: {COMMENT_TITLE} · {forecast(decision)}"


def redo_title(tier: str) -> str:
    """The title of a redo on another tier."""
    return f"Redo with {label(tier)}"
