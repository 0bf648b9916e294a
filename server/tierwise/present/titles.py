"""The titles of code actions. The words of the actions are in `core/actions.py`."""

from __future__ import annotations

from typing import Final

from tierwise.core.actions import KINDS, Action
from tierwise.core.decision import Decision
from tierwise.present.money import amount
from tierwise.present.shown import PREFIX, title

SENT_TITLE: Final = f"{PREFIX}Show what was sent"
COMMENT: Final = "Do this comment"
NO_COMMENT_TITLE: Final = f"{PREFIX}{COMMENT}"
"""The title for a comment that cannot be done. The reason is shown beside it."""


def action_title(action: Action, decision: Decision, *, rehearsal: bool = False) -> str:
    """A code action's title: "Tierwise: Add docs · Haiku · 0.04¢"."""
    return title(decision, KINDS[action].title, rehearsal=rehearsal)


def problem_title(
    decision: Decision, message: str, code: str | None, *, rehearsal: bool = False
) -> str:
    """The title that fixes one problem, named by its message if that is short, else by its code."""
    fix = KINDS["fix"].title
    ways = [f"{fix} “{message}”", *([f"{fix} {code}"] if code else []), f"{fix} this problem", fix]
    return title(decision, *ways, rehearsal=rehearsal)


def comment_title(decision: Decision, *, rehearsal: bool = False) -> str:
    """The title of the action that does what a `tw:` comment says."""
    return title(decision, COMMENT, rehearsal=rehearsal)


def tonight_title(action: Action, *, comment: bool = False) -> str:
    """The title that queues for the night what a menu offers: "Queue for tonight: Add docs"."""
    return f"{PREFIX}Queue for tonight: {COMMENT if comment else KINDS[action].title}"


def with_price(title: str, cost: int | None, *, rehearsal: bool = False) -> str:
    """The title of an offer with its forecast cost in nano-dollars: "Redo with Opus · 0.68¢"."""
    if rehearsal:
        cost = 0
    return title if cost is None else f"{title} · {amount(cost)}"
