"""The outline of a text that is too large to send: its definitions by their first lines."""

from __future__ import annotations

from typing import Final

from tierwise.core.document import Snapshot
from tierwise.syntax.positions import LineIndex
from tierwise.syntax.symbols import symbols_of

LINES: Final = 300
"""Lines an outline has at most."""


def outline(doc: Snapshot) -> str:
    """The first line of every definition, with its line number; "" for a text without any."""
    index = LineIndex(doc.text)
    lines = []
    for symbol in symbols_of(doc)[:LINES]:
        number = next(
            (
                n
                for n in range(symbol.at.line, symbol.range.end.line + 1)
                if symbol.name in index.line(n)
            ),
            symbol.at.line,
        )
        lines.append(f"{number + 1}: {index.line(number).rstrip()}")
    return "\n".join(lines)
