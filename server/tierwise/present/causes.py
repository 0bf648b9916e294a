"""Why another tier answers than the one that was routed, in a word or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUSES: Final[Mapping[str, str]] = {
    "auth": "key refused",
    "no_credit": "no credit",
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
    "over_budget": "over budget",
}
"""The ways a call fails (`models/failure.py`), and a stand-in that does not fit the budget."""
_STATES: Final = frozenset(("rate_limited", "overloaded"))
"""Causes that read "is ..." where the others read as a verb of their own."""


def cause(code: str) -> str:
    """A cause in words; what is no code is in words already, as older ledgers have it."""
    return CAUSES.get(code, code)


def state(code: str) -> str:
    """The same behind the name of a tier: "is overloaded", "not answering"."""
    return f"is {cause(code)}" if code in _STATES else cause(code)
