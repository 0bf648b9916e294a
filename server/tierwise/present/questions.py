"""What the operator is asked, each question with the answers that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tierwise.present import paths
from tierwise.present.money import amount, raise_title

GO: Final = "Go on"
STOP: Final = "Stop"
SEND: Final = "Send it"
KEEP: Final = "Keep it here"
USE: Final = "Use it here"
DECLINE: Final = "Do not use it"
ALLOW: Final = "Run this one anyway"
STAY: Final = "Stay paused"
TRY: Final = "Try again"
CANCEL: Final = "Cancel"
APPLY: Final = "Apply"


@dataclass(frozen=True, slots=True)
class OperatorQuestion:
    """A question with its buttons."""

    text: str
    options: tuple[str, ...]


def dear(cost: int) -> OperatorQuestion:
    """Whether a request may cost this many nano-dollars."""
    return OperatorQuestion(f"This will cost about {amount(cost)}. Go on?", (GO, STOP))


def send_ignored(path: str, why: str) -> OperatorQuestion:
    """Whether the selection of an ignored file may be sent."""
    return OperatorQuestion(f"{path} {why}. Send this selection to a model?", (SEND, KEEP))


def apply(reasons: Sequence[str], unasked: Sequence[str]) -> OperatorQuestion:
    """Whether an edit may be applied; `reasons` name paths that need a yes of their own.

    `unasked` are the paths that the operator did not bring into the request.
    """
    parts = [*reasons, *([paths.unasked(unasked)] if unasked else [])]
    return OperatorQuestion(f"{'. '.join(parts)}. Apply it?", (APPLY, CANCEL))


def wish(sentence: str) -> OperatorQuestion:
    """Whether a wish of the repository's own file holds."""
    return OperatorQuestion(f"{sentence} Use it in this project?", (USE, DECLINE))


def paused(
    scope: Literal["day", "project"], spent: int, limit: int | None, *, of_task: bool = True
) -> OperatorQuestion:
    """What to do about a cap that is reached; the first answer raises it.

    `of_task` tells that a task came to it, which can be let through by itself.
    """
    why = "is reached" if spent or not limit else "is too small for a call"
    text = f"Paused: the {scope} budget {amount(limit or 0)} {why}."
    return OperatorQuestion(text, (raise_title(scope), *((ALLOW,) if of_task else ()), STAY))


def paused_hour(limit: int | None, hold: str | None, *, of_task: bool = True) -> OperatorQuestion:
    """What to do where nothing can be raised: an hour frees up by itself, a hold says why."""
    text = (
        hold or f"Paused: the hour's budget {amount(limit or 0)} is reached. It frees up by itself."
    )
    return OperatorQuestion(text, (ALLOW, STAY) if of_task else (STAY,))


def wait(duration: str) -> str:
    """The answer that waits as long as a server asks for."""
    return f"Wait {duration}"


def use(tier: str, cost: int | None = None) -> str:
    """The answer that takes another tier; with its cost in nano-dollars where that matters."""
    return f"Use {tier}" if cost is None else f"Use {tier} (about {amount(cost)})"
