"""Placing a block in a text, by whole lines: exactly, else where it can only be one place.

What a model repeats of a file often differs from it in space: trailing blanks, indentation,
empty lines at the ends. Such a block is placed if exactly one place fits, and what it puts
there is given the file's indentation and line ends. Nothing is ever placed by likeness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tierwise.edits.answer import Replace
from tierwise.syntax.positions import split_lines


class NotFound(Exception):
    """The old lines of a block are not in the file, or in more than one place.

    The message completes "the lines to change are ...".
    """


@dataclass(frozen=True, slots=True)
class Applied:
    """A text with a block applied, and the lines [start, end) the new ones take in it."""

    text: str
    start: int
    end: int
    was: int
    """How many lines were there before."""


def apply_block(text: str, block: Replace, near: tuple[int, int] | None = None) -> Applied:
    """The text with one block applied. Raises `NotFound`.

    Of several readings the one with the most old lines counts: what follows a divider that
    is part of the file stands in the file too. `near` is the lines [first, last] of the
    selection: of several places, the one that lies in it is meant.
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
            found = fits([_bare_line(line) for line in lines], wanted)
            if len(found) > 1 and near is not None:
                a, b = near
                found = [f for f in found if f[0] <= b and f[1] > a] or found
            if len(found) == 1:
                start, end = found[0]
                made = _fitted(new, wanted, lines[start:end], lines)
                if made is not None:
                    text = "".join([mark, *lines[:start], *made, *lines[end:]])
                    return Applied(text, start, start + len(made), end - start)
            if found:
                several = several or len(found) > 1
                break
    raise NotFound("in more than one place" if several else "not in the file")


Places = list[tuple[int, int]]
"""Line spans [start, end) that fit."""


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
    new: str, wanted: Sequence[str], found: Sequence[str], lines: Sequence[str]
) -> list[str] | None:
    """The new lines with the file's indentation and line ends; None where that is not clear."""
    fresh = _bare(split_lines(new))
    there = [_bare_line(line) for line in found]
    if len(there) < len(wanted):
        fresh = _trimmed(fresh)
    if there != list(wanted):
        shifted = _reindented(fresh, [w for w in wanted if w.strip()],
                              [t for t in there if t.strip()])  # fmt: skip
        if shifted is None:
            return None
        fresh = shifted
    usual = _usual_end(lines)
    ends = [line[len(_bare_line(line)) :] for line in found]
    made = [line + ((ends[n] if n < len(ends) else "") or usual) for n, line in enumerate(fresh)]
    if made and found and not ends[-1]:
        made[-1] = fresh[-1]
    return made


def _reindented(
    fresh: Sequence[str], wanted: Sequence[str], there: Sequence[str]
) -> list[str] | None:
    """`fresh` moved from the block's indentation to the file's."""
    known: dict[str, str] = {}
    for want, have in zip(wanted, there, strict=True):
        if known.setdefault(_indent(want), _indent(have)) != _indent(have):
            return None
    depths = [len(known[want]) for want in sorted(known, key=len)]
    if depths != sorted(depths):
        return None
    tabs = any("\t" in have for have in known.values())
    unit = min((len(i) for i in known if i), default=4)
    result = []
    for line in fresh:
        indent, rest = _indent(line), line.lstrip()
        if not rest:
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


def _trimmed(lines: list[str]) -> list[str]:
    text = [n for n, line in enumerate(lines) if line.strip()]
    return lines[text[0] : text[-1] + 1] if text else []


def _usual_end(lines: Sequence[str]) -> str:
    ends = Counter(line[len(_bare_line(line)) :] for line in lines)
    ends.pop("", None)
    return ends.most_common(1)[0][0] if ends else "\n"


def _bare(lines: list[str]) -> list[str]:
    if lines and not lines[-1]:
        lines.pop()
    return [_bare_line(line) for line in lines]


def _bare_line(line: str) -> str:
    return line.rstrip("\r\n")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
