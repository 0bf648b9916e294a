"""Putting one fenced block where a selection stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from tierwise.core.document import Position, Range
from tierwise.edits import imports
from tierwise.edits.align import squeezed
from tierwise.edits.fit import Place, bare, end_of, fitted, trimmed, usual_end
from tierwise.edits.indent import USUAL, in_unit, indent_of, moved, unit_of
from tierwise.edits.trial import reading
from tierwise.syntax.literals import literal_lines
from tierwise.syntax.positions import LineIndex, index_of, split_lines

_FEWEST: Final = 4
"""Lines a file must have for an answer to be told from a selection as the whole of it."""
_SHARE: Final = 0.8
"""Share of its lines an answer must have to be the whole of a file."""
_MANY: Final = 4
"""Lines that are repeated on purpose, whatever they are."""
_ENDS: Final = 3
"""Lines of an answer among which the first and the last line of the file must be."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A selection as lines [first, last), with what stands before and behind it on them."""

    first: int
    last: int
    before: str = ""
    behind: str = ""

    @property
    def part(self) -> bool:
        """Whether it is part of a line."""
        return bool(self.before.strip() or self.behind.strip())


def lines_of(text: str, span: Range) -> Lines:
    """The lines that a selection means.

    One that begins at the end of a line, or ends within the indentation of one, means the
    lines between.
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
    """The text with a range replaced by an answer."""
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
        at = line_in(here, fresh, index_of(text).slice(span))
        if at is None:
            return mark + _in_line(lines, here, fresh, language)
        fresh[at] = _completed(here, fresh[at])
    last = min(here.last, len(lines))
    fresh = own_part(lines, here.first, last, fresh)
    head, fresh = _imports_up(lines, here.first, last, fresh)
    reads = reading(lines, here.first, last, language)
    made = fitted(fresh, Place(lines[here.first : last], lines, language, reads))
    return mark + "".join([*head, *made, *lines[last:]])


def _imports_up(
    lines: Sequence[str], first: int, last: int, fresh: list[str]
) -> tuple[list[str], list[str]]:
    """What stands above a selection and what replaces it, with imports that the answer puts
    above its code among those of the file."""
    above = list(lines[:first])
    taken, rest = imports.split(fresh)
    old = next((line for line in lines[first:last] if line.strip()), "")
    if not taken or imports.IMPORT.match(old):
        return above, fresh
    made = imports.brought(above, taken)
    return (above, fresh) if made is None else (made, rest)


def is_whole_file(lines: Sequence[str], fresh: Sequence[str]) -> bool:
    """Whether an answer is a whole file: it begins and ends as the file does, and has nearly
    all of its lines."""
    was = [squeezed(line) for line in lines if line.strip()]
    now = [squeezed(line) for line in fresh if line.strip()]
    if len(was) < _FEWEST or len(now) < _SHARE * len(was):
        return False
    if was[0] not in now[:_ENDS] or was[-1] not in now[-_ENDS:]:
        return False
    kept = (Counter(was) & Counter(now)).total()
    return kept >= _SHARE * len(was)


def own_part(lines: Sequence[str], first: int, last: int, fresh: Sequence[str]) -> list[str]:
    """An answer without the lines around [first, last) that it repeats at its ends."""
    old = {squeezed(line) for line in lines[first:last] if line.strip()}
    above = [squeezed(line) for line in lines[:first] if line.strip()]
    below = [squeezed(line) for line in lines[last:] if line.strip()]
    full = [n for n, line in enumerate(fresh) if line.strip()]
    said = [squeezed(fresh[n]) for n in full]
    start, end = 0, len(said)
    for count in range(min(len(above), len(said) - 1), 0, -1):
        if above[-count:] == said[:count] and _repeats(said[:count], said[0], old):
            start = count
            break
    for count in range(min(len(below), end - start - 1), 0, -1):
        tail = said[end - count : end]
        if below[:count] == tail and _repeats(tail, tail[-1], old):
            end -= count
            break
    return list(fresh[full[start] : full[end - 1] + 1])


def _repeats(said: Sequence[str], outermost: str, old: Collection[str]) -> bool:
    """Whether lines that are like those around the selection are a repetition of them: few
    lines, or brackets alone, may stand there for themselves."""
    if len(said) >= _MANY and _telling(said):
        return True
    return outermost not in old and _telling(said)


def _telling(lines: Sequence[str]) -> bool:
    """Whether lines are more than brackets, which stand everywhere."""
    return any(sum(c.isalnum() for c in line) >= 2 for line in lines)


def grown(old: str, answer: str) -> str:
    """An answer that is being written, with the part of the old text it has not come to.

    How far it has come is told by the last lines both have; lines past those stand for as
    many old ones.
    """
    was, now = old.splitlines(), answer.splitlines()
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    last = next((b for b in reversed(blocks) if b.size), None)
    come = len(now) if last is None else last.a + last.size + len(now) - (last.b + last.size)
    return "\n".join([*now, *was[come:]])


def line_end(text: str) -> str:
    """The line end a text uses most; LF for one that has none."""
    return usual_end(split_lines(text))


def _left(at: Position) -> Position:
    return Position(at.line, max(0, at.character - 1))


def _without(text: str, span: Range, here: Lines, lines: Sequence[str]) -> str:
    """The text without a selection that is answered with nothing."""
    if here.part:
        index = LineIndex(text)
        return text[: index.offset(span.start)] + text[index.offset(span.end) :]
    return "".join([*lines[: here.first], *lines[here.last :]])


def line_in(here: Lines, fresh: Sequence[str], old: str) -> int | None:
    """Which line of an answer to part of a line is the whole of that line; None if none is."""
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


def _completed(here: Lines, line: str) -> str:
    """A whole line with the signs behind the selection that the answer left out."""
    behind = here.behind.rstrip()
    return line if not behind or line.rstrip().endswith(behind.strip()) else line.rstrip() + behind


def _in_line(lines: Sequence[str], here: Lines, fresh: Sequence[str], language: str | None) -> str:
    """Part of a line replaced: what becomes several lines is indented like that line."""
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
