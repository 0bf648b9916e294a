"""Puts one fenced block in the place of a selection."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range
from tierwise.edits import imports
from tierwise.edits.align import squeezed
from tierwise.edits.fit import Place, bare, end_of, fitted, trimmed, usual_end
from tierwise.edits.indent import USUAL, in_unit, indent_of, moved, unit_of
from tierwise.edits.region import is_whole_file, own_part, spread
from tierwise.edits.trial import reading
from tierwise.syntax.literals import literal_lines
from tierwise.syntax.positions import LineIndex, index_of, split_lines

AROUND: Final = 1_000
"""Lines on either side of a selection that tell its indentation and its line ends, if any of them
is indented."""
_PAIRS: Final = {'"': '"', "'": "'", "`": "`", "(": ")", "[": "]", "{": "}", "<": ">"}


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines [first, last) that a selection is on, and the text that these lines have before and
    behind it.
    """

    first: int
    last: int
    before: str = ""
    behind: str = ""

    @property
    def part(self) -> bool:
        """Whether its first or last line has text outside of the selection, other than blanks."""
        return bool(self.before.strip() or self.behind.strip())


def lines_of(text: str, span: Range) -> Lines:
    """The lines that a selection means.

    If it begins at the end of a line, or ends within the indentation of a line, that line is not
    meant.
    """
    index = index_of(text)
    span = index.clamp(span)
    start, end = span.start, span.end
    several = end.line > start.line
    if several and start.character and not index.line(start.line)[start.character :].strip():
        start = Position(start.line + 1, 0)
    if end.line > start.line and not index.line(end.line)[: end.character].strip():
        lead = index.line(end.line)
        end = Position(end.line, 0) if lead[end.character :].strip() or not lead else end
    before = index.line(start.line)[: start.character]
    if not end.character and end.line > start.line:
        return Lines(start.line, end.line, before)
    return Lines(start.line, end.line + 1, before, index.line(end.line)[end.character :])


def replaced(text: str, span: Range, answer: str, language: str | None = None) -> str:
    """The text in which an answer replaces a range.

    An answer with lines from around the range replaces these too, one that is the whole file
    replaces all of it. Imports above the answer's code go to those of the file.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    if mark and span.start == Position(0, 0):
        answer = answer.removeprefix(mark)
    text = text[len(mark) :]
    if mark and span.start.line == 0:
        span = Range(_left(span.start), span.end if span.end.line else _left(span.end))
    here = lines_of(text, span)
    fresh = answer.replace("\r\n", "\n").split("\n")
    lines = split_lines(text)
    first, last = trimmed(fresh)
    fresh = fresh[first:last]
    if not fresh:
        return mark + _without(text, span, here, lines)
    if is_whole_file(lines, fresh):
        return mark + "".join(fitted(fresh, Place(lines, lines, language)))
    if here.part:
        old = index_of(text).slice(span)
        at = line_in(here, fresh, old)
        if at is None:
            return mark + _in_line(lines, here, _unquoted(here, fresh, old), language)
        if at == len(fresh) - 1 or not fresh[-1].rstrip().endswith(here.behind.strip()):
            fresh[-1] = _completed(here, fresh[-1])
    first, last = here.first, min(here.last, len(lines))
    fresh = own_part(lines, first, last, fresh, language)
    first, last = spread(lines, first, last, fresh)
    head, fresh = _imports_up(lines, first, last, fresh)
    reads = reading(lines, first, last, language)
    made = fitted(fresh, Place(lines[first:last], _around(lines, first, last), language, reads))
    return mark + "".join([*head, *made, *lines[last:]])


def _around(lines: Sequence[str], first: int, last: int) -> Sequence[str]:
    """The nearest lines around [first, last) that show how the file is indented."""
    reach = AROUND
    while True:
        part = lines[max(0, first - reach) : last + reach]
        if len(part) == len(lines) or any(
            line[:1] in (" ", "\t") and line.strip() for line in part
        ):
            return part
        reach *= 2


def _imports_up(
    lines: Sequence[str], first: int, last: int, fresh: list[str]
) -> tuple[list[str], list[str]]:
    """The lines above a selection, and the lines that replace the selection.

    Imports that the answer has above its code are moved to those of the file.
    """
    above = list(lines[:first])
    taken, rest = imports.split(fresh)
    old = next((line for line in lines[first:last] if line.strip()), "")
    if not taken or imports.IMPORT.match(old):
        return above, fresh
    made = imports.brought(above, taken)
    return (above, fresh) if made is None else (made, rest)


def grown(old: str, answer: str) -> str:
    """The unfinished answer followed by the part of the old text that it has not reached yet.

    The last lines that both have in common show how far it is. Later lines of the answer replace as
    many old ones.
    """
    was, now = old.splitlines(), answer.splitlines()
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    last = next((b for b in reversed(blocks) if b.size), None)
    come = len(now) if last is None else last.a + last.size + len(now) - (last.b + last.size)
    return "\n".join([*now, *was[come:]])


def line_end(text: str) -> str:
    """The most frequent line end of a text; LF if it has none."""
    return usual_end(split_lines(text))


def _left(at: Position) -> Position:
    return Position(at.line, max(0, at.character - 1))


def _without(text: str, span: Range, here: Lines, lines: Sequence[str]) -> str:
    """The text without the selection, for an empty answer."""
    if here.part:
        index = LineIndex(text)
        return text[: index.offset(span.start)] + text[index.offset(span.end) :]
    return "".join([*lines[: here.first], *lines[here.last :]])


def line_in(here: Lines, fresh: Sequence[str], old: str) -> int | None:
    """Which line of an answer is the whole line of which only a part was selected; None if the
    answer has only that part.
    """
    before, behind = squeezed(here.before), squeezed(here.behind)
    if not any(c.isalnum() for c in before + behind):
        return None
    if before and squeezed(old).startswith(before):
        return None
    signs = not any(c.isalnum() for c in behind)
    found = [
        n
        for n, line in enumerate(fresh)
        if squeezed(line).startswith(before)
        and (squeezed(line).endswith(behind) or (signs and any(c.isalnum() for c in before)))
    ]
    return found[0] if len(found) == 1 else None


def _unquoted(here: Lines, fresh: list[str], old: str) -> list[str]:
    """An answer without quotes or brackets that the selection has around it already."""
    opening, closing = here.before[-1:], here.behind[:1]
    text = "\n".join(fresh).strip()
    around = _PAIRS.get(opening) == closing and len(text) > 1
    if not around or text[:1] != opening or text[-1:] != closing or old[:1] == opening:
        return fresh
    inner, depth = text[1:-1], 0
    for char in inner:
        depth += (char == opening) - (char == closing and opening != closing)
        if depth < 0 or (opening == closing and char == opening):
            return fresh
    return inner.split("\n")


def _completed(here: Lines, line: str) -> str:
    """A whole line with the signs after the selection, if the answer left them out."""
    behind = here.behind.rstrip()
    return line if not behind or line.rstrip().endswith(behind.strip()) else line.rstrip() + behind


def _in_line(lines: Sequence[str], here: Lines, fresh: Sequence[str], language: str | None) -> str:
    """Replace a part of a line. If it becomes several lines, they are indented like that line."""
    lead = indent_of(here.before) if here.before.strip() else here.before
    fixed = literal_lines("\n".join(fresh), language)
    own = bare(lines[here.first])
    lead = lead or indent_of(own)
    unit = unit_of([bare(line) for line in lines]) or USUAL
    fresh = in_unit(fresh, unit, fixed) or list(fresh)
    first, *others = [fresh[0].lstrip(" \t") if here.before.strip() else fresh[0], *fresh[1:]]
    if not here.before.strip():
        first = lead + first.lstrip(" \t")
    full = [line for n, line in enumerate(others, 1) if line.strip() and n not in fixed]
    least = min((len(indent_of(line)) for line in full), default=0)
    closing = any(
        len(indent_of(line)) == len(lead) and line.lstrip()[:1] in (")", "]", "}") for line in full
    )
    shifted = least > len(lead) or (least == len(lead) and (closing or not lead))
    if lead and not shifted:
        kept = frozenset(n - 1 for n in fixed)
        others = moved(others, "", lead, kept)
    usual = usual_end(lines)
    before = here.before if here.before.strip() else ""
    text = usual.join([before + first, *others])
    end = end_of(lines[min(here.last, len(lines)) - 1])
    behind = here.behind if here.behind.strip() else ""
    return "".join([*lines[: here.first], text + behind + end, *lines[here.last :]])
