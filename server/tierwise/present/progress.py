"""Short texts on what a task is doing, and why its answer starts again."""

from __future__ import annotations

from typing import Final

from tierwise.present.causes import state
from tierwise.present.names import label

CUT_OFF: Final = "the answer was cut off: once more, with more room"
SECOND_OPINION: Final = "asking for a second opinion"
PARTLY_DISCARDED: Final = "partly discarded"
ANSWERING: Final = "answering"
THINKING: Final = "thinking"
WORKING: Final = "working"
ROOM_NOW: Final = "the budget has room for it now"


def again_on(tier: str) -> str:
    """Why an answer starts again after a redo."""
    return f"again on {label(tier)}"


def waiting_for_turn(*, same_lines: bool) -> str:
    """What a task waits for: an edit of the same lines, or other tasks."""
    behind = "the edit of these lines before it" if same_lines else "other tasks to finish"
    return f"waiting for {behind}"


def trying_again(tier: str, kind: str, wait: str = "") -> str:
    """Says that a failed call is made again at the same place. `wait` is how long from now."""
    note = f"{state(label(tier), kind)}, trying again"
    return f"{note} in {wait}" if wait else note


def waiting_for_answer(tier: str, kind: str) -> str:
    """Says that a question about a failed call waits for the operator."""
    return f"{state(label(tier), kind)}, waiting for your answer"


def waiting_until(tier: str, ends: str) -> str:
    """Says that the operator chose to wait. `ends` is a time of day."""
    return f"waiting for {label(tier)} until {ends}"


def as_asked(tier: str, ends: str) -> str:
    """Why an answer starts again later: the server asked to wait until `ends`, a time of day."""
    return f"{label(tier)}: waiting until {ends}, as the server asked"


def not_checked(tier: str, problem: str) -> str:
    """Says that the higher tier, which was to improve on a failed check, could not answer."""
    return f"{label(tier)} could not check it: {problem}"


def part(number: int, of: int) -> str:
    """Which part of a task in parts is being asked for."""
    return f"part {number} of {of}"


def part_lost(number: int) -> str:
    """Says that one part was not answered. The others go on."""
    return f"part {number} was not answered"


UNDONE = "undone"
"""Said of a proposal that was applied and then undone."""
