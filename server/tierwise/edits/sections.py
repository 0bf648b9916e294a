"""Sections: stretches of lines that a careful reader takes for one thing. Pure.

Sections are told by blank lines around a paragraph and by the indentation under a line that opens a
block, which works in every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

BLANKS: Final = 10
"""The most lines in which the first line of a section that is not blank is searched."""
DEEPEST: Final = 6
"""The most nested blocks that are considered."""
FARTHEST: Final = 2_000
"""How many lines on either side are searched for the ends of a section."""

_CLOSES: Final = re.compile(r"\s*(?:[)\]}]|</|end\b|fi\b|done\b|esac\b)")
_OPENS: Final = re.compile(r"\s*(?:\[|#|@|<\w|//|/\*|def |class |fn |func|it\(|test\()")
_NUMBER: Final = re.compile(r"\d+")
_LISTS: Final = re.compile(r"\s*(?:[-*+]|\d+\.) ")


def around(lines: Sequence[str], start: int, end: int) -> Iterator[range]:
    """The sections that contain the lines [start, end), the smallest first."""
    found = {_paragraph(lines, start, end), *_blocks(lines, start, end)}
    for first, last in sorted(found, key=lambda s: s[1] - s[0]):
        yield range(first, last)


def begins(above: str | None, below: Sequence[str]) -> int:
    """How likely a section begins between two lines, as a score: the higher, the likelier.

    `above` is None at the file's beginning.
    """
    line = next((line for line in below[:BLANKS] if line.strip()), None)
    if above is None or line is None:
        return 100
    score = 45 if not (above.strip() and below[0].strip()) else 0
    score -= min(indent(line), 40)
    if _CLOSES.match(line):
        score -= 60
    if _OPENS.match(line):
        score += 8
    elif _LISTS.match(line):
        score += 4
    return score


def part_as_the_file(above: str, below: str, text: str, near: Sequence[str] = ()) -> bool:
    """Whether a section ends between two lines: the lower one is as the file begins, or the upper
    one is like the file's last line. The other of the two lines must occur only once.

    In a list without blank lines or blocks nothing else shows where its sections begin. Lines that
    differ only in numbers count as alike. `near` are lines that are added or removed there.
    """

    def unlike(line: str) -> bool:
        return text.count(f"\n{line}") <= 1 and near.count(line) <= 1

    if text.lstrip("\r\n").startswith(below):
        return unlike(above)
    end = text.rstrip()
    last = end[end.rfind("\n") + 1 :]
    alike = _NUMBER.sub("0", last) == _NUMBER.sub("0", above.rstrip("\r\n"))
    return alike and unlike(below)


def closes(line: str) -> bool:
    """Whether a line closes the block above it."""
    return _CLOSES.match(line) is not None


def indent(line: str) -> int:
    """The width of a line's indentation, with tabs of eight columns."""
    bare = line.lstrip(" \t")
    return len(line[: len(line) - len(bare)].expandtabs(8))


def _paragraph(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    first, last = start, end
    while first > max(0, start - FARTHEST) and lines[first - 1].strip():
        first -= 1
    while last < min(len(lines), end + FARTHEST) and lines[last].strip():
        last += 1
    return first, last


def _blocks(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The blocks around some lines: the line that opens each, the deeper lines, and the line that
    closes.
    """
    first, last = start, end
    for _ in range(DEEPEST):
        depth = min((indent(line) for line in lines[first:last] if line.strip()), default=0)
        if not depth:
            return
        head = first - 1
        while head >= max(0, start - FARTHEST) and not _shallower(lines[head], depth):
            head -= 1
        if head < 0 or not _shallower(lines[head], depth):
            return
        base, foot = indent(lines[head]), last
        while foot < min(len(lines), end + FARTHEST) and not (
            lines[foot].strip() and indent(lines[foot]) <= base
        ):
            foot += 1
        if foot < len(lines) and lines[foot].strip() and closes(lines[foot]):
            foot += 1
        else:
            while foot > last and not lines[foot - 1].strip():
                foot -= 1
        first, last = head, foot
        yield first, last


def _shallower(line: str, depth: int) -> bool:
    return bool(line.strip()) and indent(line) < depth
