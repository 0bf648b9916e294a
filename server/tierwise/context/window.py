"""The token window: what is kept of the ranked items, and what is named as left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tierwise.core.context import ContextItem, LeftOut, Pack

CHARS_PER_TOKEN: Final = 3.0
"""Mean characters per token, for ranking within the window; money uses a bound."""


def tokens(text: str) -> int:
    """About how many tokens a text is."""
    return int(len(text) / CHARS_PER_TOKEN) + 1


def fit(pack: Pack, budget_tokens: int) -> Pack:
    """The pack within a budget, best ranks first; the selection is kept whatever it takes.

    A large item does not push out a small one of lower rank that still fits.
    """
    kept: list[ContextItem] = []
    left_out: list[LeftOut] = list(pack.left_out)
    used = 0
    for item in pack.items:
        if item.kind != "selection" and used + item.tokens > budget_tokens:
            left_out.append(LeftOut(_place(item), "does not fit the context window"))
            continue
        kept.append(item)
        used += item.tokens
    return replace(pack, items=tuple(kept), left_out=tuple(left_out), tokens=used)


def _place(item: ContextItem) -> str:
    return f"{item.path}:{item.start_line}"
