"""Why another tier answers than the one that was routed, in a word or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUSES: Final[Mapping[str, str]] = {
    "auth": "key refused",
    "no_credit": "no credit",
    "team_paused": "paused by the team",
    "forbidden": "not allowed",
    "unknown_model": "unknown model",
    "bad_request": "refused the request",
    "too_large": "request too large",
    "refused": "declined",
    "rate_limited": "rate limited",
    "overloaded": "overloaded",
    "server": "failing",
    "network": "unreachable",
    "slow": "slow",
    "slow_first_event": "not answering",
    "stalled": "stalled",
    "timeout": "too slow",
    "cut": "broke off",
    "bad_stream": "unreadable",
    "empty": "said nothing",
    "output_cap": "answers too short",
    "proxy": "behind its proxy",
    "certificate": "not trusted",
    "lost": "was lost",
    "over_budget": "over budget",
}
"""The ways a call fails (`models/failure.py`), and a stand-in that does not fit the budget."""
_STATES: Final = frozenset(
    (
        "rate_limited", "overloaded", "server", "network", "slow", "slow_first_event", "stalled",
        "timeout", "over_budget",
    )
)  # fmt: skip
"""Causes that read "is ..." behind the name of a tier."""


def cause(code: str) -> str:
    """A cause in words; what is no code is in words already, as older ledgers have it."""
    return CAUSES.get(code, code)


def state(name: str, code: str) -> str:
    """What is wrong with a tier or a place: "Haiku is overloaded", "Haiku: key refused".

    What is no code is a state in words, as older ledgers have it.
    """
    if not code:
        return f"{name} cannot answer"
    bare = code in CAUSES and code not in _STATES
    return f"{name}: {cause(code)}" if bare else f"{name} is {cause(code)}"
