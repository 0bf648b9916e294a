"""What is before the operator as they ask. It is sent with a question without being attached.

It is the selection, else the definition around the cursor, else the lines around it. Nobody named
it, so nothing is ever asked about it: what an attached file would be asked about or kept back for,
and a piece with a secret in it, is not sent at all.
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
"""Tokens of it at most; a question about more names what it is about."""
AROUND_LINES: Final = 30
"""Lines on either side of a cursor that no definition is around: about what a window shows."""
_MOST_CHARS: Final = int((MOST_TOKENS - 1) * window.CHARS_PER_TOKEN)
"""Characters that are never more tokens than that, as `window.tokens` counts them."""

Part = Literal["selection", "symbol", "lines"]
"""What of the document it is: selected, a definition, or the lines around the cursor."""


@dataclass(frozen=True, slots=True)
class InView:
    """A piece of a document that is before the operator. `name` is the definition's, else ""."""

    doc: Snapshot
    span: Range
    part: Part
    name: str = ""

    @property
    def text(self) -> str:
        """The piece."""
        return index_of(self.doc.text).slice(self.span)

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last line, from 1."""
        return self.span.start.line + 1, last_line(self.span) + 1


def in_view(doc: Snapshot, span: Range) -> InView | None:
    """What is before the operator at a selection, or at a cursor; None where that is blank."""
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
    """Whether a piece may be sent unasked: it is of no file that an attachment would be asked
    about or kept back for, is worth reading, and has no secret in it."""
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
    """A definition from the start of its first line, where only blanks precede it."""
    at = span.start
    lead = index.line(at.line)[: at.character]
    return Range(Position(at.line, 0), span.end) if not lead.strip() else span


def _around(index: LineIndex, line: int) -> Range:
    """The lines around one, as many on either side as fit."""
    first = last = line
    left = _MOST_CHARS - len(index.line(line))
    for _ in range(AROUND_LINES):
        for more in (first - 1, last + 1):
            if 0 <= more < index.line_count and (needed := len(index.line(more)) + 2) <= left:
                left -= needed
                first, last = min(first, more), max(last, more)
    return Range(Position(first, 0), Position(last, len(index.line(last))))


def _cut(index: LineIndex, span: Range) -> Range:
    """A piece, or so many whole lines of its beginning as fit; of one huge line its beginning."""
    start, end = index.offset(span.start), index.offset(span.end)
    if end - start <= _MOST_CHARS:
        return span
    at = index.position(start + _MOST_CHARS)
    if at.line > span.start.line:
        at = Position(at.line, 0)
    return Range(span.start, at)
