"""The lines that a selection means: editors begin and end it a few blanks from a line's ends."""

from __future__ import annotations

from tierwise.core.document import Position, Range
from tierwise.syntax.positions import LineIndex


def settled(index: LineIndex, span: Range) -> Range:
    """Move the ends of a selection to the ends of its lines, where only blanks lie between them.

    A line of which the selection has all words is taken whole, with indentation and trailing
    blanks. Of a line of which it has no words, the blanks and the line end are left out. A
    selection of a part of a line, of blanks alone, or a bare cursor stays as it is.
    """
    a, b = index.offset(span.start), index.offset(span.end)
    if not index.text[a:b].strip():
        return span
    start, end = index.position(a), index.position(b)
    line = index.line(start.line)
    if line[: start.character].strip() and not line[start.character :].strip():
        start = Position(start.line + 1, 0)
    line = index.line(end.line)
    if not line[: end.character].strip() and end.line > start.line:
        end = Position(end.line, 0)
    elif not line[end.character :].strip():
        end = Position(end.line, len(line))
    within = end.line == start.line and end.character < len(index.line(end.line))
    if not within and not index.line(start.line)[: start.character].strip():
        start = Position(start.line, 0)
    return Range(start, end)


def is_part(index: LineIndex, span: Range) -> bool:
    """Whether a range leaves out text of its first or last line: before its start or behind its
    end. A range that ends at the very beginning of a line leaves out nothing there.
    """
    before = index.line(span.start.line)[: span.start.character]
    after = index.line(span.end.line)[span.end.character :]
    return bool(before.strip() or (after.strip() and span.end.character))


def last_line(span: Range) -> int:
    """The last line (from 0) of which a range contains anything."""
    ends_before = span.end.character == 0 and span.end.line > span.start.line
    return span.end.line - ends_before
