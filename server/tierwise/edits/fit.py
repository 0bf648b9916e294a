"""One rule for text that goes into a file, whatever form of answer it came in.

Old and new lines are aligned. A line that did not change is copied from the file byte for
byte; one that did gets the file's indentation and line end. The text of strings over several
lines is never moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits.align import Pair, align, squeezed
from tierwise.edits.indent import USUAL, in_unit, indent_of, moved, unit_of
from tierwise.syntax.literals import literal_lines

Reads = Callable[[Sequence[str]], int]
"""A function that counts the syntax errors of the file with these lines in place. It helps to
choose between several indentations."""

_SAME: Final = 2.0
_ALIKE: Final = 1.0
_FIRST: Final = 0.5
_STEP: Final = 0.25
_KNOWN: Final = 0.3
_OUT: Final = 3.0
"""Points for and against an indentation: for an unchanged line, for a similar line, for the old
indentation of the first line, for one step deeper below it, for no new depth, and (minus) for a
line further out than any before."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where lines of an answer go: the lines that they replace (`old`), and the file or the part of
    it around these. All have their line ends.

    `reads` counts the syntax errors with other lines in their place.
    """

    old: Sequence[str]
    file: Sequence[str]
    language: str | None = None
    reads: Reads | None = None


def bare(line: str) -> str:
    """A line without its line end."""
    return line.rstrip("\r\n")


def end_of(line: str) -> str:
    """The line end of a line, "" for a last one without."""
    return line[len(bare(line)) :]


def usual_end(lines: Iterable[str]) -> str:
    """The most frequent line end; LF if no line has one."""
    ends = Counter(end_of(line) for line in lines)
    ends.pop("", None)
    return ends.most_common(1)[0][0] if ends else "\n"


def trimmed(lines: Sequence[str]) -> tuple[int, int]:
    """The span [start, end) of the lines without blank ones at either end."""
    full = [n for n, line in enumerate(lines) if line.strip()]
    return (full[0], full[-1] + 1) if full else (0, 0)


def fitted(new: Sequence[str], place: Place) -> list[str]:
    """The lines of an answer, which have no line ends, as they go into the file: with the
    indentation and line ends of the lines they replace.

    Blank lines at either end of those stay as they were.
    """
    old = [bare(line) for line in place.old]
    start, end = trimmed(old)
    first, last = trimmed(new)
    core, fresh = old[start:end], list(new[first:last])
    fixed = literal_lines("\n".join(fresh), place.language)
    fresh = _shaped(core, fresh, fixed, place)
    pairs = align(core, fresh)
    if [squeezed(x) for x in core if x.strip()] != [squeezed(x) for x in fresh if x.strip()]:
        fresh = _kept(core, fresh, pairs, fixed)
    made = ended(fresh, place.old[start:end], pairs, place.file)
    head, rest = list(place.old[:start]), list(place.old[end:])
    if rest and made and not end_of(made[-1]):
        made[-1] += usual_end(place.file)
    if not rest and made and place.old and not end_of(place.old[-1]):
        made[-1] = bare(made[-1])
    return [*head, *made, *rest]


def ended(
    fresh: Sequence[str], old: Sequence[str], pairs: Sequence[Pair], file: Sequence[str]
) -> list[str]:
    """The lines `fresh` with line ends: each has that of the old line in its place, else the usual
    one of the file.
    """
    by_new = {pair.new: pair.old for pair in pairs}
    usual = usual_end(file)
    kinds = {end_of(line) for line in file} - {""}
    if len(kinds) < 2:
        return [line + usual for line in fresh]
    if len(fresh) == len(old):
        return [line + (end_of(was) or usual) for line, was in zip(fresh, old, strict=True)]
    made, at, limit = [], -1, len(old)
    for number, line in enumerate(fresh):
        at = by_new.get(number, at + 1)
        limit = min((o for n, o in by_new.items() if n > number), default=len(old))
        stands = at if number in by_new or at < limit else None
        made.append(line + ((end_of(old[stands]) if stands is not None else "") or usual))
    return made


def _kept(
    core: Sequence[str], fresh: Sequence[str], pairs: Sequence[Pair], fixed: frozenset[int]
) -> list[str]:
    """The new lines. Of unchanged ones all but the indentation is taken from the file."""
    made = list(fresh)
    for pair in pairs:
        if not pair.same:
            continue
        was, now = core[pair.old], fresh[pair.new]
        text = pair.new in fixed
        deeper = indent_of(now) != indent_of(was) and now.strip() and not text
        made[pair.new] = indent_of(now) + was[len(indent_of(was)) :] if deeper else was
    return made


def _shaped(
    core: Sequence[str], fresh: Sequence[str], fixed: frozenset[int], place: Place
) -> list[str]:
    """The new lines with the indentation they should have in the file.

    A model answers in the file's indentation or without any. If the selection began after the
    indentation, it may also leave the first line bare and indent the others. The lines that it
    did not change show which of these it did.
    """
    if not fresh or not core:
        return list(fresh)
    pairs = align([line.strip() for line in core], [line.strip() for line in fresh])
    want = indent_of(core[0])
    ways: list[list[str]] = []
    for lines in _units(core, fresh, fixed, place.file):
        have = indent_of(lines[0])
        ways.append(moved(lines, have, want, fixed))
        ways.append([want + lines[0].lstrip(" \t"), *lines[1:]])
        ways.append(list(lines))
    distinct = list(dict.fromkeys(tuple(way) for way in ways))
    if len(distinct) == 1:
        return _texts_back(list(distinct[0]), core, pairs, fixed)
    unit = unit_of([*core, *(bare(line) for line in place.file)]) or USUAL
    scores = [_score(way, core, pairs, want, unit) for way in distinct]
    if place.reads is not None:
        broken = [place.reads(way) for way in distinct]
        least = min(broken)
        scores = [s - 1_000 * (b > least) for s, b in zip(scores, broken, strict=True)]
    best = max(range(len(distinct)), key=lambda n: scores[n])
    return _texts_back(list(distinct[best]), core, pairs, fixed)


def _units(
    core: Sequence[str], fresh: Sequence[str], fixed: frozenset[int], file: Sequence[str]
) -> list[list[str]]:
    """The new lines, once with indentation in the file's unit and once unchanged."""
    around = [bare(line) for line in file]
    unit = unit_of(core) if any(indent_of(x).startswith("\t") for x in core) else unit_of(around)
    other = in_unit(fresh, unit, fixed) if unit is not None else None
    return [list(fresh)] if other is None or other == list(fresh) else [other, list(fresh)]


def _score(
    way: Sequence[str], core: Sequence[str], pairs: Sequence[Pair], want: str, unit: str
) -> float:
    """How well one way of indenting agrees with the old lines."""
    score = sum(
        _SAME if pair.same else _ALIKE
        for pair in pairs
        if core[pair.old].strip() and indent_of(core[pair.old]) == indent_of(way[pair.new])
    )
    score += _FIRST * (indent_of(way[0]) == want)
    steps = [indent_of(line) for line in way[1:] if line.strip()]
    deeper = [i for i in steps if len(i) > len(want)]
    if deeper and min(deeper, key=len) == want + unit:
        score += _STEP
    known = {indent_of(line) for line in core if line.strip()}
    score += _KNOWN * all(indent in known for indent in steps)
    least = min(len(indent_of(line)) for line in core if line.strip())
    shallower = any(len(indent) < least for indent in steps)
    return score - _OUT * shallower


def _texts_back(
    way: list[str], core: Sequence[str], pairs: Sequence[Pair], fixed: frozenset[int]
) -> list[str]:
    """The lines with those of strings moved back, if the answer moved them with its code."""
    known: dict[str, Counter[str]] = {}
    for pair in pairs:
        was, now = core[pair.old], way[pair.new]
        if pair.new in fixed and was.strip() and now.strip():
            known.setdefault(indent_of(now), Counter())[indent_of(was)] += 1 + pair.same
    for number in fixed:
        if number < len(way) and way[number].strip() and indent_of(way[number]) in known:
            there = known[indent_of(way[number])].most_common(1)[0][0]
            way[number] = there + way[number][len(indent_of(way[number])) :]
    return way
