"""What the operator has in view while asking. It is sent with a question without being attached.

It is the selection, else the definition around the cursor, else the lines around it. Nobody named
it, so no question is asked about it. Where an attached file would lead to a question or be kept
back, or where the piece has a secret in it, it is not sent at all.
"""

from __future__ import annotations

from typing import Final, Literal

from tierwise.context import secrets, window
from tierwise.context.facts import symbol_at
from tierwise.context.ignore import IgnoreLook
from tierwise.context.kinds import noise_of
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.syntax.extent import last_line, settled
from tierwise.syntax.positions import LineIndex, index_of

MOST_TOKENS: Final = 2_000
"""Tokens of the piece at most. Who asks about more can attach it or name it."""
AROUND_LINES: Final = 30
"""Lines on either side of a cursor outside of any definition: about what a window shows."""
_MOST_CHARS: Final = int((MOST_TOKENS - 1) * window.CHARS_PER_TOKEN)
"""Characters that `window.tokens` never counts as more than `MOST_TOKENS`."""

Part = Literal["selection", "symbol", "lines"]
"""What the piece is: a selection, a definition, or the lines around the cursor."""


@dataclass(frozen=True, slots=True)
class InView:
    """A piece of a document that the operator has before their eyes while asking.

    `name` is the definition's name, else "".
    """

    doc: Snapshot
    span: Range
    part: Part
    name: str = ""

    @property
    def text(self) -> str:
        """The text of the piece."""
        return index_of(self.doc.text).slice(self.span)

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last line, from 1."""
        return self.span.start.line + 1, last_line(self.span) + 1


def in_view(doc: Snapshot, span: Range) -> InView | None:
    """The piece before the operator: the selection, or what is around the cursor. None if it is
    blank.
    """
    index = index_of(doc.text)
    span = settled(index, index.clamp(span))
    part: Part = "selection"
    name = ""
    if not index.slice(span).strip():
        at = span.start
        symbol = symbol_at(doc, Range(at, at))
        whole = _lines(index, symbol.range) if symbol is not None else None
        if symbol is not None and whole is not None and _chars(index, whole) <= _MOST_CHARS:
            part, name, span = "symbol", symbol.name, whole
        else:
            part, span = "lines", _around(index, at.line)
    span = _cut(index, span)
    found = InView(doc, span, part, name)
    return found if found.text.strip() else None


def may_go(found: InView, look: IgnoreLook) -> bool:
    """Whether a piece may be sent without a question.

    It may if its file could be attached without one, is worth reading, and has no secret in the
    piece.
    """
    if found.doc.file is not None and look.judge(found.doc.file).kind != "open":
        return False
    if noise_of(found.doc) is not None:
        return False
    index = index_of(found.doc.text)
    start, end = index.offset(found.span.start), index.offset(found.span.end)
    return not any(a < end and b > start for a, b in secrets.spans_in(found.doc.text))


def _chars(index: LineIndex, span: Range) -> int:
    return index.offset(span.end) - index.offset(span.start)


def _lines(index: LineIndex, span: Range) -> Range:
    """A definition's range, from the start of its first line if only blanks precede it there."""
    at = span.start
    lead = index.line(at.line)[: at.character]
    return Range(Position(at.line, 0), span.end) if not lead.strip() else span


def _around(index: LineIndex, line: int) -> Range:
    """A line with the lines around it: as many as fit, at most `AROUND_LINES` on either side."""
    first = last = line
    left = _MOST_CHARS - len(index.line(line))
    for _ in range(AROUND_LINES):
        for more in (first - 1, last + 1):
            if 0 <= more < index.line_count and (needed := len(index.line(more)) + 2) <= left:
                left -= needed
                first, last = min(first, more), max(last, more)
    return Range(Position(first, 0), Position(last, len(index.line(last))))


def _cut(index: LineIndex, span: Range) -> Range:
    """A piece that fits: all of it, or its first whole lines, or the beginning of one huge line."""
    start, end = index.offset(span.start), index.offset(span.end)
    if end - start <= _MOST_CHARS:
        return span
    at = index.position(start + _MOST_CHARS)
    if at.line > span.start.line:
        at = Position(at.line, 0)
    return Range(span.start, at)
