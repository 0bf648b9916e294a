"""The titles of code actions; the words of actions are in `core/actions.py`."""

from __future__ import annotations

from typing import Final

from tierwise.core.actions import KINDS, Action
from tierwise.core.decision import Decision
from tierwise.present.names import label
from tierwise.present.shown import PREFIX, title

SENT_TITLE: Final = f"{PREFIX}Show what was sent"
NO_COMMENT_TITLE: Final = f"{PREFIX}Do this comment"
"""The title of a comment that cannot be done; why not is said beside it."""


def action_title(action: Action, decision: Decision, *, rehearsal: bool = False) -> str:
    """A code action's title: "Tierwise: Add docs · Haiku · 0.04¢"."""
    return title(decision, KINDS[action].title, rehearsal=rehearsal)


def problem_title(
    decision: Decision, message: str, code: str | None, *, rehearsal: bool = False
) -> str:
    """The title that fixes one problem: by its message where it is short, else by its code."""
    fix = KINDS["fix"].title
    ways = [f"{fix} “{message}”", *([f"{fix} {code}"] if code else []), f"{fix} this problem", fix]
    return title(decision, *ways, rehearsal=rehearsal)


def comment_title(decision: Decision, *, rehearsal: bool = False) -> str:
    """The title of the action that does what a `tw:` comment says."""
    return title(decision, "Do this comment", rehearsal=rehearsal)


def redo_title(tier: str) -> str:
    """The title of a redo on another tier."""
    return f"Redo with {label(tier)}"
