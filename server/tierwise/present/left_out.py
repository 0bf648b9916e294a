"""Sentences about what was not sent, shown with every answer."""

from __future__ import annotations

from typing import Final

from tierwise.core.context import LeftOut, Pack

NAMED: Final = 3
"""How many files the sentence names. Further ones are counted."""


def sentences(pack: Pack) -> tuple[str, ...]:
    """What was replaced and what was left out. Empty if everything was sent unchanged."""
    said = []
    if pack.secrets:
        n = len(pack.secrets)
        said.append(f"{n} secret{'s' if n > 1 else ''} replaced by placeholders before sending")
    files = {item.path: item for item in pack.left_out}.values()
    if files:
        said.append("Not sent: " + _list(list(files)))
    return tuple(said)


def _list(items: list[LeftOut]) -> str:
    shown = ", ".join(f"{item.path} ({item.why})" for item in items[:NAMED])
    rest = len(items) - NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown
