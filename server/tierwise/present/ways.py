"""How to choose another tier than the one that answers, and how to undo what moved a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tierwise.core.decision import Decision, ReasonCode
from tierwise.present.names import label

_BUDGET: Final = (
    "With more budget such tasks go up again: Budget raises it, and so does"
    " `tierwise budget raise 1` in a terminal."
)


def others(decision: Decision, quote: str = "") -> str:
    """What to write before an instruction for another tier: "@haiku or @opus". "" if
    there is none.
    """
    named = decision.estimate.need or decision.cost
    return listed([name for name in named if name != decision.answering], quote)


def listed(tiers: Sequence[str], quote: str = "") -> str:
    """The words that choose tiers: "@haiku or @opus"."""
    *most, last = [f"{quote}@{tier}{quote}" for tier in tiers] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def undone(decision: Decision) -> list[str]:
    """A sentence for each reason that moved the task: how to undo it."""
    found = [(_UNDONE[r.code], r.args) for r in decision.reasons if r.code in _UNDONE]
    return list(dict.fromkeys(said(args) for said, args in found))


def _chosen(args: Mapping[str, Any]) -> str:
    if args["scope"] == "task":
        return "That holds for this task alone; for the next one Tierwise chooses again."
    return "The pin holds until you take it off with Unpin."


def _switched(args: Mapping[str, Any]) -> str:
    before = args["old_place"] if args["old"] == args["new"] else label(args["old"])
    return f"Tasks go to {before} again as soon as it can answer."


_UNDONE: Final[Mapping[ReasonCode, Callable[[Mapping[str, Any]], str]]] = {
    "budget": lambda a: _BUDGET,
    "no_room": lambda a: _BUDGET,
    "chosen": _chosen,
    "floor": lambda a: "The rule stands in your configuration, under `[floors]`.",
    "remapped": lambda a: "Your remap ends as soon as you set it to Auto.",
    "trial": lambda a: "Trials end with `trials = false` under `[learning]` in your configuration.",
    "switched": _switched,
    "unavailable": lambda a: f"Tasks go to {label(a['tier'])} again as soon as it can answer.",
    "escalated": lambda a: (
        "Both answers are paid. A tier that you choose yourself is kept, whatever a check finds."
    ),
}
