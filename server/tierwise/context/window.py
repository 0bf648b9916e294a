"""The token window: what is kept of the ranked items, and what is named as left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tierwise.core.context import ContextItem, LeftOut, Pack

CHARS_PER_TOKEN: Final = 3.0
"""Mean characters per token, for ranking within the window; money uses a bound."""


KEPT: Final = frozenset(("selection", "cursor", "diff"))
"""Kinds that are sent whatever they take."""


def tokens(text: str) -> int:
    """About how many tokens a text is."""
    return int(len(text) / CHARS_PER_TOKEN) + 1


def fit(pack: Pack, budget_tokens: int) -> Pack:
    """The pack within a budget, best ranks first; the selection is kept whatever it takes.

    An item that does not fit gives way to its short form if it has one. A large item does
    not push out a small one of lower rank that still fits.
    """
    kept: list[ContextItem] = []
    left_out: list[LeftOut] = list(pack.left_out)
    used = 0
    for item in pack.items:
        short = item.short
        if item.kind in KEPT or used + item.tokens <= budget_tokens:
            kept.append(replace(item, short=None))
        elif short is not None and used + short.tokens <= budget_tokens:
            kept.append(short)
            left_out.append(LeftOut(place(item), f"too large for {budget_tokens:,} tokens of"
                                                 f" context; {short.why}"))  # fmt: skip
        else:
            left_out.append(
                LeftOut(place(item), f"does not fit the {budget_tokens:,} tokens of context")
            )
            continue
        used += kept[-1].tokens
    return replace(pack, items=tuple(kept), left_out=tuple(left_out), tokens=used)


def place(item: ContextItem) -> str:
    """Where an item is from: its path, with the lines where it is a part of a file."""
    if item.kind in ("file", "diagnostics", "diff"):
        return item.path
    return f"{item.path}:{item.start_line}-{item.end_line}"
