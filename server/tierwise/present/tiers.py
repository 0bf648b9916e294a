"""Tier names, confidence and the arrow, the same words in every client."""

from __future__ import annotations

from typing import Final

from tierwise.core.decision import Cause, Decision
from tierwise.core.views import Switch
from tierwise.present.money import percent

_NOTES: Final[dict[Cause, str]] = {
    "routed": "",
    "uncertain": "unsure",
    "floor": "floor",
    "override": "you",
    "pin": "pinned",
    "remap": "remapped",
    "thread": "warm cache",
    "budget": "budget",
    "failover": "unavailable",
    "escalated": "check failed",
    "trial": "trial",
}


def label(tier: str) -> str:
    """A tier's name as shown: `haiku` reads "Haiku"."""
    return tier[:1].upper() + tier[1:]


def note(decision: Decision, said: str = "") -> str:
    """Why the answering tier is what it is, in a word or two; `said` is a closer cause if known."""
    return said or _NOTES[decision.cause]


def arrow(decision: Decision) -> str:
    """ "Sonnet", or "Opus ← Haiku" where another tier answers than the one routed."""
    if decision.answering == decision.routed:
        return label(decision.answering)
    return f"{label(decision.answering)} ← {label(decision.routed)}"


def because(decision: Decision, said: str = "") -> str:
    """The arrow with its cause where another tier stands in: "Sonnet ← Opus, overloaded"."""
    if decision.cause != "failover" or decision.answering == decision.routed:
        return arrow(decision)
    return f"{arrow(decision)}, {note(decision, said)}"


def switched(switch: Switch) -> str:
    """A switch in a sentence: "Haiku: overloaded; Sonnet answers"; by place within one tier."""
    before, after = switch.old_place, switch.new_place
    if switch.old != switch.new:
        before, after = label(switch.old), label(switch.new)
    return f"{before}: {switch.cause or 'cannot answer'}; {after} answers"


def main_reason(decision: Decision) -> str:
    """The reason that says most: what moved the tier last, else the two strongest signals."""
    texts = [reason.text for reason in decision.reasons]
    return ", ".join(texts[:2]) if decision.cause == "routed" else texts[-1] if texts else ""


def confident(decision: Decision, said: str = "") -> str:
    """The tier with its confidence: "Haiku 93 %", "Opus · unsure (Haiku 54 %)", "Opus (you; ...)".

    Where uncertainty raised the tier, the confidence shown is that of the tier the point
    estimate would take: the top tier's own is always 100 % and says nothing.
    """
    sure = percent(decision.confidence)
    if decision.cause == "failover" and decision.answering != decision.routed:
        return because(decision, said)
    if decision.answering != decision.routed or decision.explicit:
        why = note(decision, said)
        if decision.answering == decision.routed:
            return f"{label(decision.answering)} ({why})"
        return f"{label(decision.answering)} ({why}; routed {label(decision.routed)})"
    if decision.routed == decision.first:
        return f"{label(decision.answering)} {sure}"
    why = note(decision, said) or "unsure"
    return f"{label(decision.answering)} · {why} ({label(decision.first)} {sure})"
