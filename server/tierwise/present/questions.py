"""The questions to the operator, each with its possible answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.present import paths
from tierwise.present.money import amount
from tierwise.present.names import label
from tierwise.present.paths import KEPT_BACK

GO: Final = "Go on"
STOP: Final = "Stop"
SEND: Final = "Send it"
KEEP: Final = "Keep it here"
USE: Final = "Use it here"
DECLINE: Final = "Do not use it"
TRY: Final = "Try again"
CANCEL: Final = "Cancel"
APPLY: Final = "Apply"
FOR_A_WEEK: Final = "For a week"
NOT_NOW: Final = "No"
LATER: Final = "Later"
DISCARD: Final = "Discard"


@dataclass(frozen=True, slots=True)
class OperatorQuestion:
    """A question with its buttons."""

    text: str
    options: tuple[str, ...]


def dear(cost: int) -> OperatorQuestion:
    """The question whether a request may cost this many nano-dollars."""
    return OperatorQuestion(f"This will cost about {amount(cost)}. Go on?", (GO, STOP))


def dear_parts(count: int, worst: int) -> OperatorQuestion:
    """The question whether a task in this many parts may cost up to this many nano-dollars."""
    return OperatorQuestion(
        f"This takes {count} parts and costs {amount(worst)} at most. Go on?", (GO, STOP)
    )


def send_ignored(path: str, rule: Literal["git", "outside"]) -> OperatorQuestion:
    """The question whether the selection of an ignored or outside file may be sent."""
    return OperatorQuestion(
        f"{path} {KEPT_BACK[rule]}. Send this selection to a model?", (SEND, KEEP)
    )


def apply(reasons: Sequence[str], unasked: Sequence[str]) -> OperatorQuestion:
    """The question whether an edit may be applied. `reasons` are clauses that say why some of its
    changes need consent.

    `unasked` are paths that were not part of the request.
    """
    parts = [*reasons, *([paths.unasked(unasked)] if unasked else [])]
    return OperatorQuestion(f"{'. '.join(parts)}. Apply it?", (APPLY, CANCEL))


def ready(title: str) -> OperatorQuestion:
    """The question what to do with a proposal whose diff was shown, in an editor without code
    actions.

    The first answer is the one that a stray Enter gives, so it changes nothing.
    """
    return OperatorQuestion(f"{title} is ready. Its diff was shown.", (LATER, APPLY, DISCARD))


def wish(sentence: str) -> OperatorQuestion:
    """The question whether to follow what the repository's own configuration file asks for."""
    return OperatorQuestion(f"{sentence} Use it in this project?", (USE, DECLINE))


def shadow(tier: str, share: float) -> OperatorQuestion:
    """The question whether the cheapest tier may answer unseen beside a dearer one, to compare
    both. `share` is by how much that raises the spend.
    """
    named = label(tier)
    return OperatorQuestion(
        f"Would {named} have done? For a week it can be asked beside dearer tiers and compared"
        f" with what you keep: about {max(share, 0.001):.1%} more, within your caps.",
        (FOR_A_WEEK, NOT_NOW),
    )


def wait(duration: str) -> str:
    """The answer that waits as long as the server asks for."""
    return f"Wait {duration}"


def use(tier: str, cost: int | None = None) -> str:
    """The answer that takes another tier. `cost` in nano-dollars is shown if given."""
    return f"Use {tier}" if cost is None else f"Use {tier} (about {amount(cost)})"
