"""Finds the lines of a text again in a later one, when only the two texts are known. Pure.

Lines are found by the lines around them, up to the next unlike one: a line that occurs once
in the old text. They count as moved only if everything agrees on one place. If the texts alone do
not decide, the lines are not found, because an edit in a similar section nearby is worse than none.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

from tierwise.edits import matching, sections
from tierwise.syntax.positions import split_lines

FARTHEST: Final = 500
"""How many lines on either side are searched for an unlike line."""


class Remap:
    """A map from the lines of an old text to those of a new one."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = split_lines(old), split_lines(new)
        self._starts = list(accumulate(map(len, self.old), initial=0))
        self._new_starts = list(accumulate(map(len, self.new), initial=0))
        self._was, self._is = Counter(self.old), Counter(self.new)
        pairs = matching.unique_pairs(self.old, self.new)
        sure = matching.surely_in_order([place for _, place in pairs])
        self._moved = {line: place for (line, place), s in zip(pairs, sure, strict=True) if s}

    def offset(self, start: int, end: int) -> int | None:
        """Where the whole lines [start, end) of the old text begin in the new one; None if that is
        not certain. All offsets are in code points.
        """
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        place = self.where(first, last)
        return None if place is None else self._new_starts[place]

    def where(self, start: int, end: int) -> int | None:
        """The line where the old lines [start, end) begin now; None if that is not certain.

        The lines, and those around them up to an unlike line or the end of their section, must be
        unchanged. If other lines of the section changed, it is enough that the lines
        occur once in it, and that its one unlike line still shows which section it is. The unlike
        lines outside must still be there too, in order.
        """
        if start >= end:
            return None
        section = self._section(start, end)
        up, down = self._unlike(start - 1, -1, section), self._unlike(end, 1, section)
        known = [n for n in (up, down) if n is not None]
        if not known:
            known = [n for n in range(start, end) if self._unique(n)]
        if not known or any(n not in self._moved for n in known):
            return None
        first = section.start if up is None else up
        last = section.stop if down is None else down + 1
        shifts = {self._moved[n] - n for n in known}
        shift = shifts.pop()
        stands = not shifts and self._stands(first, last, shift)
        stands = stands and (up is not None or self._edge(first, first + shift))
        if stands and (down is not None or self._edge(last, last + shift)):
            ends = self._outside(first, last, first + shift, last + shift)
            return start + shift if ends else None
        return self._within(start, end, section)

    def _within(self, start: int, end: int, section: range) -> int | None:
        """The place of lines in the new section that has the same single unlike line."""
        unlike = [n for n in section if self._unique(n) and n not in range(start, end)]
        if len(unlike) != 1 or len(section) == len(self.old):
            return None
        (name,) = unlike
        place = self._moved[name]
        now = next((s for s in sections.around(self.new, place, place + 1)
                    if len(s) > 1 and self._like(s, section)), None)  # fmt: skip
        if now is None:
            return None
        for n in now:
            if n != place and self._is[self.new[n]] == 1 and self.new[n].strip():
                return None
        wanted = self.old[start:end]
        was = _places(wanted, self.old, section)
        here = _places(wanted, self.new, now)
        if len(here) != 1 or len(was) != 1 or (here[0] < place) != (start < name):
            return None
        ends = self._outside(section.start, section.stop, now.start, now.stop)
        return here[0] if ends else None

    def _like(self, now: range, was: range) -> bool:
        """Whether a section has the same kind of bounds as before: blank lines, or
        its indentation.
        """
        head, foot = self.new[now.start], self.new[now.stop - 1]
        return (
            sections.indent(head) == sections.indent(self.old[was.start])
            and sections.indent(foot) == sections.indent(self.old[was.stop - 1])
            and self._edge(was.start, now.start)
            and self._edge(was.stop, now.stop)
        )

    def _section(self, start: int, end: int) -> range:
        """The smallest section of the old text that contains these lines and a line that stands
        nowhere else in it (an unlike line). The whole text if no section has one.
        """
        for section in sections.around(self.old, start, end):
            if any(self._unique(n) for n in section):
                return section
        return range(len(self.old))

    def _unlike(self, at: int, step: int, within: range) -> int | None:
        """The next unlike line in the direction of `step`, inside a section."""
        for n in range(at, at + step * FARTHEST, step):
            if n not in within:
                return None
            if self._unique(n):
                return n
        return None

    def _unique(self, n: int) -> bool:
        """Whether a line occurs once in the old text, and at most once in the new one."""
        line = self.old[n]
        return self._was[line] == 1 and self._is[line] <= 1 and bool(line.strip())

    def _stands(self, first: int, last: int, shift: int) -> bool:
        return self.old[first:last] == self.new[first + shift : last + shift]

    def _edge(self, was: int, now: int) -> bool:
        """Whether the new line `now` is a border of a section, as the old line `was` is."""
        if now in (0, len(self.new)):
            return True
        above, below = self.new[now - 1], self.new[now]
        if was in (0, len(self.old)):
            return not (above.strip() and below.strip())
        if not self.old[was - 1].strip() or not self.old[was].strip():
            return not above.strip() or not below.strip()
        return sections.indent(below) <= sections.indent(self.old[was])

    def _outside(self, first: int, last: int, now_first: int, now_last: int) -> bool:
        """Whether the next unlike lines outside are still on their side, if they still exist.

        If such a line is gone, a neighbouring section was removed, which does not affect this one.
        """
        whole = range(len(self.old))
        above, below = self._unlike(first - 1, -1, whole), self._unlike(last, 1, whole)
        over = self._moved.get(above, -1) if above is not None else -1
        under = self._moved.get(below, now_last) if below is not None else now_last
        return over < now_first and under >= now_last


def _places(wanted: Sequence[str], lines: Sequence[str], within: range) -> list[int]:
    """Where some lines begin inside a stretch."""
    last = within.stop - len(wanted)
    return [n for n in range(within.start, last + 1) if lines[n : n + len(wanted)] == wanted]


def between(old: str, new: str) -> Remap:
    """The map from one text to another. It is made once for all proposals that wait in a file."""
    with _one_at_a_time:
        return _between(old, new)


@lru_cache(maxsize=4)
def _between(old: str, new: str) -> Remap:
    return Remap(old, new)


_one_at_a_time = threading.Lock()
