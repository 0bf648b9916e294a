"""Words for why a tier, or a place (a model at one server), cannot answer, so that another one
does.
"""

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
"""Words for the kinds of failed calls (`models/failure.py`), and for a tier that does not fit the
budget.
"""
_STATES: Final = frozenset(
    (
        "rate_limited", "overloaded", "server", "network", "slow", "slow_first_event", "stalled",
        "timeout", "over_budget",
    )
)  # fmt: skip
"""Causes that follow "is" after the name of a tier."""


def cause(code: str) -> str:
    """A cause in words. A text that is no code is returned unchanged: older ledgers hold words."""
    return CAUSES.get(code, code)


def state(name: str, code: str) -> str:
    """What is wrong with a tier or a place: "Haiku is overloaded", "Haiku: key refused".

    A text that is no code is taken as words, as older ledgers hold them.
    """
    if not code:
        return f"{name} cannot answer"
    bare = code in CAUSES and code not in _STATES
    return f"{name}: {cause(code)}" if bare else f"{name} is {cause(code)}"
