"""Fits what is to be sent into the number of tokens that a model can read (its context window):
says which pieces are kept, and which are named as left out. The selection, the code at the cursor
and a diff are always kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tierwise.core.context import ContextItem, LeftOut, Pack

CHARS_PER_TOKEN: Final = 3.0
"""Mean characters per token, to fill the window. Amounts of money use an upper bound instead."""


KEPT: Final = frozenset(("selection", "cursor", "diff"))
"""Kinds of items that are always sent, however large they are."""


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return int(len(text) / CHARS_PER_TOKEN) + 1


def fit(pack: Pack, budget_tokens: int) -> Pack:
    """The pieces of a pack that fit into `budget_tokens` tokens, those of the best rank first.

    Items of the kinds in `KEPT` are kept however large they are. Another item that does not fit is
    replaced by its short form if it has one that fits. A large item does not push out a small one
    of lower rank.
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
    """Where an item comes from: its path, with line numbers if it is a part of a file."""
    if item.kind in ("file", "diagnostics", "diff"):
        return item.path
    return f"{item.path}:{item.start_line}-{item.end_line}"
