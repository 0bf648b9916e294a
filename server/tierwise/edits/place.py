"""Places a block in a text: where its old lines, as whole lines, match exactly one place.

The lines that a model repeats from a file often differ in space: trailing blanks, indentation,
empty lines at the ends. Such a block is placed if exactly one place fits, and its new lines get the
file's indentation and line ends. No block is ever placed by similarity.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from tierwise.core.check import CheckCode
from tierwise.core.dataclass import dataclass
from tierwise.edits.align import align
from tierwise.edits.fit import bare, end_of, ended, trimmed
from tierwise.edits.forms import Replace
from tierwise.edits.indent import in_unit, indent_of, unit_of
from tierwise.syntax.literals import literal_lines
from tierwise.syntax.positions import split_lines


class NotFound(Exception):
    """The old lines of a block are not in the file, or they are in more than one place."""

    def __init__(self, *, several: bool) -> None:
        self.code: CheckCode = "lines_ambiguous" if several else "lines_missing"
        super().__init__(self.code)


@dataclass(frozen=True, slots=True)
class Applied:
    """A text with a block applied, and the lines [start, end) that the new ones take in it."""

    text: str
    start: int
    end: int
    was: int
    """How many lines were there before."""


def apply_block(
    text: str, block: Replace, near: tuple[int, int] | None = None, language: str | None = None
) -> Applied:
    """The text with one block applied. Raises `NotFound`.

    Of several readings the one with the most old lines is tried first: a divider that is part of
    the file is followed by lines that are in the file too. `near` is the lines [first, last] of the
    selection: of several places, the one inside the selection is meant.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = split_lines(text[len(mark) :])
    if lines and not lines[-1]:
        lines.pop()
    several = False
    for old, new in reversed(((block.old, block.new), *block.others)):
        wanted = _bare(split_lines(old))
        if not any(wanted):
            continue
        for fits in (_exactly, _but_for_ends, _but_for_indent, _but_for_blank_lines, _by_words):
            found = fits([bare(line) for line in lines], wanted)
            if len(found) > 1 and near is not None:
                found = _nearest(found, near)
            if len(found) == 1:
                start, end = found[0]
                made = _fitted(new, wanted, lines[start:end], lines, language)
                if made is not None:
                    text = "".join([mark, *lines[:start], *made, *lines[end:]])
                    return Applied(text, start, start + len(made), end - start)
            if found:
                several = several or len(found) > 1
                break
    raise NotFound(several=several)


def insertion(
    text: str, block: Replace, language: str | None
) -> tuple[int, tuple[str, ...]] | None:
    """The place and the lines of a block that only adds lines; None for any other block, and where
    its old lines have no place in the text.

    The place is the number (from 0) of the last old line above that is not blank, else of the line
    above all old lines.
    """
    old = [line for line in split_lines(block.old) if line.strip()]
    new = [line for line in split_lines(block.new) if line.strip()]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = len(old) - head
    if len(new) <= len(old) or (tail and old[head:] != new[-tail:]):
        return None
    try:
        found = apply_block(text, Replace(block.path, block.old, block.old), language=language)
    except NotFound:
        return None
    lines = split_lines(text)
    full = [n for n in range(found.start, found.end) if n < len(lines) and lines[n].strip()]
    above = full[head - 1] if head and len(full) >= head else found.start - 1
    return above, tuple(line.strip() for line in new[head : len(new) - tail])


def is_done(before: str, now: str, block: Replace, language: str | None) -> bool:
    """Whether a block that no longer fits repeats what an earlier block of the same answer did.

    `before` is the file without the answer's edits, `now` the file with those so far. Models repeat
    an insertion with more or fewer lines around it.
    """
    try:
        done = apply_block(before, block, language=language)
    except NotFound:
        return False
    wanted = [bare(line) for line in split_lines(done.text)[done.start : done.end]]
    there = [bare(line) for line in split_lines(now)]
    return bool(wanted) and len(_matches(there, wanted, str)) == 1


Places = list[tuple[int, int]]
"""Spans [start, end) of lines that fit."""


def _nearest(found: Places, near: tuple[int, int]) -> Places:
    """The places inside the lines [first, last], else those that touch them, else all."""
    a, b = near
    within = [f for f in found if f[0] >= a and f[1] <= b + 1]
    return within or [f for f in found if f[0] <= b and f[1] > a] or found


def _exactly(lines: Sequence[str], wanted: Sequence[str]) -> Places:
    return _matches(lines, wanted, str)


def _but_for_ends(lines: Sequence[str], wanted: Sequence[str]) -> Places:
    return _matches(lines, wanted, str.rstrip)


def _but_for_indent(lines: Sequence[str], wanted: Sequence[str]) -> Places:
    return _matches(lines, wanted, str.strip)


def _but_for_blank_lines(lines: Sequence[str], wanted: Sequence[str]) -> Places:
    first = next(n for n, line in enumerate(wanted) if line.strip())
    last = next(n for n in range(len(wanted), 0, -1) if wanted[n - 1].strip())
    return _matches(lines, wanted[first:last], str.strip)


def _by_words(lines: Sequence[str], wanted: Sequence[str]) -> Places:
    return _matches(lines, wanted, lambda line: " ".join(line.split()))


def _matches(lines: Sequence[str], wanted: Sequence[str], same: Callable[[str], str]) -> Places:
    there, want = [same(line) for line in lines], [same(line) for line in wanted]
    size = len(want)
    return [
        (n, n + size)
        for n in range(len(there) - size + 1)
        if there[n] == want[0] and there[n : n + size] == want
    ]


def _fitted(
    new: str, wanted: Sequence[str], found: Sequence[str], lines: Sequence[str],
    language: str | None,
) -> list[str] | None:  # fmt: skip
    """The new lines in the form for the file; None if their indentation is not clear.

    A line that the block did not change is copied from the file.
    """
    fresh = _bare(split_lines(new))
    there = [bare(line) for line in found]
    asked = list(wanted)
    if len(there) < len(asked):
        first, last = trimmed(asked)
        asked = asked[first:last]
        first, last = trimmed(fresh)
        fresh = fresh[first:last]
    pairs = align(asked, fresh)
    fixed = literal_lines("\n".join(fresh), language)
    said = fresh
    if there != asked:
        shifted = _reindented(fresh, [w for w in asked if w.strip()],
                              [t for t in there if t.strip()], fixed)  # fmt: skip
        if shifted is None:
            return None
        fresh = shifted
    fresh = _in_file_unit(fresh, lines, fixed)
    for pair in pairs:
        if pair.same and asked[pair.old] == said[pair.new]:
            fresh[pair.new] = there[pair.old]
    made = ended(fresh, found, pairs, lines)
    if made and found and not end_of(found[-1]):
        made[-1] = fresh[-1]
    return made


def _in_file_unit(fresh: Sequence[str], lines: Sequence[str], fixed: Collection[int]) -> list[str]:
    """The lines with tabs if the file has tabs, and with blanks if it has blanks."""
    unit = unit_of([bare(line) for line in lines])
    wrong = [
        line
        for n, line in enumerate(fresh)
        if n not in fixed and line.strip() and (i := indent_of(line))
        and i.startswith("\t") != (unit == "\t")
    ]  # fmt: skip
    if unit is None or not wrong:
        return list(fresh)
    own = [line if line in wrong else "" for line in fresh]
    other = in_unit(own, unit, fixed)
    if other is None:
        return list(fresh)
    return [new if line in wrong else line for line, new in zip(fresh, other, strict=True)]


def _reindented(
    fresh: Sequence[str], wanted: Sequence[str], there: Sequence[str], fixed: Collection[int]
) -> list[str] | None:
    """`fresh` moved from the block's indentation to the file's, except for lines in `fixed`. None
    if it is not clear which indentation corresponds to which.
    """
    known: dict[str, str] = {}
    for want, have in zip(wanted, there, strict=True):
        if known.setdefault(indent_of(want), indent_of(have)) != indent_of(have):
            return None
    depths = [len(known[want]) for want in sorted(known, key=len)]
    if depths != sorted(depths):
        return None
    tabs = any("\t" in have for have in known.values())
    unit = min((len(i) for i in known if i), default=4)
    result = []
    for number, line in enumerate(fresh):
        indent, rest = indent_of(line), line.lstrip(" \t")
        if not rest or number in fixed:
            result.append(line)
            continue
        base = max((k for k in known if indent.startswith(k)), key=len, default=None)
        if base is None:
            shortest = min(known, key=len)
            moved = known[shortest]
            lost = len(shortest) - len(indent)
            result.append(moved[: max(0, len(moved) - lost)] + rest)
            continue
        more = indent[len(base) :]
        if tabs and more and "\t" not in more:
            more = "\t" * max(1, round(len(more) / unit))
        result.append(known[base] + more + rest)
    return result


def _bare(lines: list[str]) -> list[str]:
    if lines and not lines[-1]:
        lines.pop()
    return [bare(line) for line in lines]
