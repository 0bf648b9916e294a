"""Tier names, confidence and the arrow, the same words in every client."""

from __future__ import annotations

from typing import Final

from tierwise.core.decision import Cause, Decision
from tierwise.present.causes import cause
from tierwise.present.money import percent
from tierwise.present.names import label

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


def note(decision: Decision, said: str = "") -> str:
    """Why the answering tier is what it is, in a word or two; `said` is a closer cause if known."""
    return cause(said) or _NOTES[decision.cause]


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
    shown = decision.confidence_tier or decision.first
    if decision.routed == decision.first == shown:
        return f"{label(decision.answering)} {sure}"
    if decision.routed == decision.first:
        return f"{label(decision.answering)} ({label(shown)} {sure})"
    why = note(decision, said) or "unsure"
    return f"{label(decision.answering)} · {why} ({label(shown)} {sure})"
