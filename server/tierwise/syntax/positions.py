"""Positions in a text: lines as the Language Server Protocol ends them, and three encodings.

A line ends at LF, CR LF or CR and nowhere else. Python's `splitlines` also splits at form
feeds, U+2028 and others; an editor that does not would then be edited in the wrong place.
Inside Tierwise a character is a Unicode code point; the wire counts UTF-8, UTF-16 or UTF-32
units, whatever was negotiated.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from io import StringIO
from itertools import accumulate
from typing import Final, Literal

from tierwise.core.document import Position, Range

Encoding = Literal["utf-8", "utf-16", "utf-32"]

LARGE: Final = 2_000_000
"""Code points from which a text is large."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its line end; the last one may be empty."""
    lines = StringIO(text, newline="").readlines()
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


def line_starts(text: str) -> list[int]:
    """Offset (code points) at which each line starts; always begins with 0."""
    if "\r" in text:
        return [0, *(match.end() for match in _LINE_END.finditer(text))]
    sizes = map(len, text.split("\n"))
    return list(accumulate(map((1).__add__, sizes), initial=0))[:-1]


class LineIndex:
    """A text with its line starts, for conversions between offsets and positions.

    Positions out of range are clamped: past the last line means the end of the text, past
    the end of a line means before its line end. Nothing raises.
    """

    __slots__ = ("ascii", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = line_starts(text)
        self.ascii = text.isascii()

    @property
    def line_count(self) -> int:
        return len(self.starts)

    def line(self, number: int) -> str:
        """The text of a line (from 0) without its line end."""
        start, end = self._bounds(number)
        return self.text[start:end]

    def offset(self, position: Position) -> int:
        """Offset of a position given in code points."""
        if position.line < 0:
            return 0
        if position.line >= len(self.starts):
            return len(self.text)
        start, end = self._bounds(position.line)
        return start + min(max(position.character, 0), end - start)

    def position(self, offset: int) -> Position:
        """The position, in code points, of an offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, offset) - 1
        return Position(line, offset - self.starts[line])

    def clamp(self, span: Range) -> Range:
        """A range inside the text, with its ends in order."""
        a, b = sorted((self.offset(span.start), self.offset(span.end)))
        return Range(self.position(a), self.position(b))

    def slice(self, span: Range) -> str:
        """The text of a range."""
        a, b = sorted((self.offset(span.start), self.offset(span.end)))
        return self.text[a:b]

    def from_wire(self, line: int, character: int, encoding: Encoding) -> Position:
        """A position the client sent, in code points."""
        if line < 0:
            return Position(0, 0)
        if line >= len(self.starts):
            return self.position(len(self.text))
        text = self.line(line)
        if encoding == "utf-32" or self.ascii or text.isascii():
            return Position(line, min(max(character, 0), len(text)))
        return Position(line, _points(text, character, encoding))

    def to_wire(self, position: Position, encoding: Encoding) -> tuple[int, int]:
        """Line and character of a position in the units of the wire."""
        position = self.position(self.offset(position))
        if encoding == "utf-32" or self.ascii:
            return position.line, position.character
        before = self.line(position.line)[: position.character]
        return position.line, _units(before, encoding)

    def _bounds(self, number: int) -> tuple[int, int]:
        start = self.starts[number]
        if number + 1 == len(self.starts):
            return start, len(self.text)
        end = self.starts[number + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return start, end


def index_of(text: str) -> LineIndex:
    """The line index of a text, kept for the few texts that are worked on.

    Of large texts only the latest is kept: an index is several times the size of its text.
    """
    if len(text) <= LARGE:
        return _kept(text)
    for index in _large[:1]:
        if index.text is text:
            return index
    _large[:] = [LineIndex(text)]
    return _large[0]


@lru_cache(maxsize=8)
def _kept(text: str) -> LineIndex:
    return LineIndex(text)


_large: list[LineIndex] = []


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(1 for c in text if c > "\uffff")


def _points(text: str, units: int, encoding: Encoding) -> int:
    """Code points covered by `units`; a unit inside a character counts as before it."""
    seen = 0
    for count, char in enumerate(text):
        width = _width(char, encoding)
        if seen + width > units:
            return count
        seen += width
    return len(text)


def _width(char: str, encoding: Encoding) -> int:
    if encoding == "utf-16":
        return 2 if char > "\uffff" else 1
    return 1 if char < "\x80" else 2 if char < "\u0800" else 3 if char <= "\uffff" else 4
