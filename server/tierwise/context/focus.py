"""What is shown to the model of the file that is worked on: each line at most once, as it is there.

A small file is shown whole, around the selection. Of a larger one the definition around the
selection is shown, else some lines on either side, and the top of the file with its imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierwise.context import window
from tierwise.context.facts import symbol_at
from tierwise.context.items import ItemBuilder
from tierwise.core.actions import Action
from tierwise.core.context import ContextItem, ItemKind
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.syntax.extent import settled
from tierwise.syntax.head import head
from tierwise.syntax.positions import LineIndex, index_of
from tierwise.syntax.symbols import Symbol, symbols_of

WHOLE_TOKENS: Final = 1_500
"""Tokens up to which a file is shown whole."""
ROOM_TOKENS: Final = 2_000
"""Tokens up to which the definition around a selection is shown whole."""
AROUND_LINES: Final = 30
"""Lines shown on either side of a cursor, and of a selection in a definition too large to show."""
OUTSIDE_LINES: Final = 12
"""Lines shown on either side of a selection outside of any definition."""
BESIDE_LINES: Final = 5
"""Lines shown on either side of a definition when all of it is selected."""
_LINE_END: Final = re.compile(r"(?:\r\n|\n|\r)?")


@dataclass(frozen=True, slots=True)
class Focus:
    """The document that is worked on, and the range in it: a selection, or the cursor's place."""

    doc: Snapshot
    span: Range
    index: LineIndex
    symbol: Symbol | None
    """The innermost definition around it."""

    @property
    def start(self) -> int:
        """Offset of the range's start."""
        return self.index.offset(self.span.start)

    @property
    def end(self) -> int:
        """Offset of the range's end."""
        return self.index.offset(self.span.end)

    @property
    def empty(self) -> bool:
        """Whether nothing but white space is selected."""
        return not self.doc.text[self.start : self.end].strip()


def focus_of(doc: Snapshot, span: Range) -> Focus:
    """A document with the range that is worked on. Its ends are moved to those of the lines that it
    means (`extent.settled`).
    """
    index = index_of(doc.text)
    span = settled(index, index.clamp(span))
    return Focus(doc, span, index, symbol_at(doc, span))


def shown(focus: Focus, action: Action, taking: ItemBuilder) -> Iterator[ContextItem]:
    """The pieces of the file that are sent, the most important first. `taking` makes each without
    its secrets.
    """
    first, last = _room(focus)
    if focus.empty and action != "generate":
        yield _around(focus, first, last, taking)
    else:
        yield from _split(focus, first, last, action == "review", taking)
    yield from _within(focus, first, taking)
    index, found = focus.index, head(focus.doc.text)
    if found is not None:
        a = index.starts[found[0]]
        b = index.starts[found[1]] if found[1] < index.line_count else len(index.text)
        b = min(b, first)
        if index.text[a:b].strip():
            yield taking.piece("head", focus.doc, index, a, b, "its imports")


def _around(focus: Focus, first: int, last: int, taking: ItemBuilder) -> ContextItem:
    """The lines around a cursor, as one piece."""
    doc, index = focus.doc, focus.index
    kind: ItemKind = "file" if (first, last) == (0, len(doc.text)) else "around"
    near = _near(focus, focus.start, focus.end)
    if near == (first, last):
        return taking.piece(kind, doc, index, first, last, "around the cursor")
    short = taking.piece("around", doc, index, *near, "the lines around are sent")
    return taking.piece(kind, doc, index, first, last, "around the cursor", short)


def _split(
    focus: Focus, first: int, last: int, numbered: bool, taking: ItemBuilder
) -> Iterator[ContextItem]:
    """The focus, then the lines above it, then those below it.

    The focus is the selection. If nothing but white space is selected, it is a line with a mark
    where new code goes: the cursor's line, or a new line above or below it if the cursor stands
    before or behind all code of its line.
    """
    doc, index, start, end = focus.doc, focus.index, focus.start, focus.end
    if focus.empty:
        start, end, before, behind = _cursor(focus)
        yield taking.mark(doc, index, (start, end), before, behind)
    else:
        yield taking.piece("selection", doc, index, start, end, "selected", numbered=numbered)
    above, below = _near(focus, start, end)
    # The next piece begins on a line of its own, so it leaves out this line's end.
    found = _LINE_END.match(doc.text, end) if index.position(end).character else None
    end = found.end() if found is not None else end
    sides: tuple[tuple[ItemKind, int, int, int, int], ...] = (
        ("above", first, start, max(first, above), start),
        ("below", end, last, end, min(last, below)),
    )
    for kind, a, b, near, far in sides:
        if not doc.text[a:b].strip():
            continue
        short = None
        if (a, b) != (near, far):
            why = f"{AROUND_LINES} lines are sent"
            short = taking.piece(kind, doc, index, near, far, why, numbered=numbered)
        yield taking.piece(kind, doc, index, a, b, f"{kind} it", short, numbered=numbered)


def asked_about(focus: Focus) -> str:
    """The text whose names matter: the selection, and the definition around it unless that is
    large.
    """
    first, last = focus.start, focus.end
    if focus.symbol is not None:
        a, b = _span(focus, focus.symbol)
        if (b - a) / window.CHARS_PER_TOKEN <= ROOM_TOKENS:
            first, last = min(first, a), max(last, b)
    if first == last:
        first, last = _near(focus, first, last)
    return focus.doc.text[first:last]


def _room(focus: Focus) -> tuple[int, int]:
    """The start and end offsets of all that is shown around the selection, which is included."""
    text = focus.doc.text
    if window.tokens(text) <= WHOLE_TOKENS:
        return 0, len(text)
    start, end = focus.start, focus.end
    if focus.symbol is None:
        return _near(focus, start, end, AROUND_LINES if focus.empty else OUTSIDE_LINES)
    a, b = _span(focus, focus.symbol)
    if not text[a:start].strip() and not text[end:b].strip():
        return _near(focus, start, end, BESIDE_LINES)
    if (b - a) / window.CHARS_PER_TOKEN > ROOM_TOKENS:
        return _near(focus, start, end)
    above, below = _near(focus, start, end, BESIDE_LINES)
    return min(a, above), max(b, below)


def _near(focus: Focus, start: int, end: int, lines: int = AROUND_LINES) -> tuple[int, int]:
    """Two offsets: `lines` lines above the line of `start`, and as many below the line of `end`."""
    index = focus.index
    first = max(0, index.position(start).line - lines)
    last = index.position(end).line + lines + 1
    return index.starts[first], (index.starts[last] if last < index.line_count else len(index.text))


def _span(focus: Focus, symbol: Symbol) -> tuple[int, int]:
    """The start and end offsets of a definition.

    Blanks before it on its first line are included.
    """
    at = symbol.range.start
    if not focus.index.line(at.line)[: at.character].strip():
        at = Position(at.line, 0)
    return focus.index.offset(at), focus.index.offset(symbol.range.end)


def _outer(focus: Focus, inner: Symbol) -> list[Symbol]:
    """The definitions that enclose another one, innermost first."""
    found = [
        s
        for s in symbols_of(focus.doc)
        if s.range.start <= inner.range.start
        and s.range.end >= inner.range.end
        and s.range != inner.range
    ]
    return sorted(found, key=lambda s: -s.depth)


def _within(focus: Focus, first: int, taking: ItemBuilder) -> Iterator[ContextItem]:
    """The first line of each enclosing definition that begins above the lines that are shown."""
    if focus.symbol is None or first == 0:
        return
    index = focus.index
    for symbol in (focus.symbol, *_outer(focus, focus.symbol)):
        start = index.starts[symbol.at.line]
        end = start + len(index.line(symbol.at.line))
        if end < first:
            why = f"{symbol.name} encloses it"
            yield taking.piece("within", focus.doc, index, start, end, why)


def _cursor(focus: Focus) -> tuple[int, int, tuple[int, int], tuple[int, int]]:
    """The place of the mark for new code: three pairs of offsets.

    The first pair is the text that the marked line replaces, the second the text before the mark on
    that line, the third the text behind it.
    """
    index, at = focus.index, focus.span.start
    line, start = index.line(at.line), index.starts[at.line]
    cursor, end = start + at.character, start + len(line)
    lead = start, start + len(line) - len(line.lstrip())
    if not line.strip():
        return start, end, (start, cursor), (end, end)
    if not line[: at.character].strip():
        return start, start, lead, (end, end)
    if not line[at.character :].strip():
        below = index.starts[at.line + 1] if at.line + 1 < index.line_count else len(index.text)
        return below, below, lead, (end, end)
    return start, end, (start, cursor), (cursor, end)
