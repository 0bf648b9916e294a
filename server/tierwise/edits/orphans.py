"""Finds lines that can no longer be told from similar ones, because a change removed what
distinguished them: the header above, the name below. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits import sections
from tierwise.edits.splice import Splice
from tierwise.syntax.positions import split_lines

NEAR: Final = 4_000
"""The most characters between a change and some lines. A change that is further away does not
remove what distinguishes them."""
FEW: Final = 3
"""The most unlike lines (see `Owners`) of a section whose first and last line distinguish what is
in it. A section with more of them is a list of sections."""
FARTHEST: Final = 200
"""How many lines on either side are searched for an unlike line (see `Owners`)."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The lines nearby by which some lines are told from similar ones, such as a section's header.

    Each occurs once in the text (an unlike line). `inside` are the nearest ones in the same section
    and those at its ends, `outside` the nearest ones outside of it.
    """

    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """All lines of both kinds."""
        return self.inside | self.outside


def owners(lines: Sequence[str], first: int, last: int, counts: Mapping[str, int]) -> Owners:
    """The unlike lines that distinguish the lines [first, last) from similar ones. `counts` says
    how often each line is in the text.
    """

    def unlike(n: int) -> bool:
        return counts[lines[n]] == 1 and bool(lines[n].strip())

    def following(first: int, last: int, within: range) -> list[int]:
        above = range(first - 1, max(within.start, first - FARTHEST) - 1, -1)
        below = range(last, min(within.stop, last + FARTHEST))
        found = [next((n for n in side if unlike(n)), None) for side in (above, below)]
        return [n for n in found if n is not None]

    whole = range(len(lines))
    for section in sections.around(lines, first, last):
        inside = following(first, last, section)
        if inside:
            edge = (section.start, section.stop - 1)
            few = sum(map(unlike, section)) <= FEW
            ends = [n for n in edge if few and unlike(n) and not first <= n < last]
            outside = following(section.start, section.stop, whole)
            return Owners(
                frozenset(lines[n] for n in (*inside, *ends)),
                frozenset(lines[n] for n in outside),
            )
    return Owners(frozenset(lines[n] for n in following(first, last, whole)))


def orphaned(start: int, end: int, owners: Owners, splice: Splice, before: str) -> bool:
    """Whether a change removes an owner of the lines [start, end): a line that tells them from
    similar ones.

    If these lines are in the text only once, they need no owner. A whole section beside them may be
    removed.
    """
    if not owners.all or not _whole_lines(splice, before):
        return False
    above = splice.end <= start
    gap = start - splice.end if above else splice.start - end
    old = before[splice.start : splice.end]
    if gap > NEAR or not any(owner in old for owner in owners.all):
        return False
    if before.count(before[start:end]) == 1:
        return False
    low = before.rfind("\n", 0, max(0, min(splice.start, start) - NEAR)) + 1
    lines = split_lines(before[low : max(splice.end, end) + NEAR])
    starts = list(accumulate(map(len, lines), initial=low))
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    gone = range(bisect_left(starts, splice.start), bisect_left(starts, splice.end))
    taken = [n for n in gone if lines[n] in owners.all]
    if not taken:
        return False
    if len(gone) > 1 and _by_itself(lines, gone, first, last, before):
        return False
    between = range(gone.stop, first) if above else range(last, gone.start)
    parted = any(lines[n] in owners.all for n in between)
    return not parted or any(lines[n] in owners.inside for n in taken)


def _by_itself(lines: Sequence[str], gone: range, first: int, last: int, before: str) -> bool:
    """Whether the removed lines (`gone`) are a section of their own, beside the one that holds the
    lines [first, last). Then they may be removed.

    A section is a run of lines that belong together, such as a function or an entry of a list.
    `before` is the text before the removal.
    """
    above = gone.stop <= first
    cut = _filled(lines, gone.stop if above else gone.start)
    if sections.part_as_the_file(lines[cut - 1], lines[cut], before):
        return True
    near = range(gone.start + 1, first + 1) if above else range(last, gone.stop)
    others = [n for n in near if n != cut and lines[n].strip()]

    def begins(n: int) -> int:
        return sections.begins(lines[n - 1] if n else None, lines[n:])

    return begins(cut) > max(map(begins, others), default=-100)


def _filled(lines: Sequence[str], n: int) -> int:
    """The first line at or after line `n` that is not blank; `n` if there is none."""
    return next((k for k in range(n, len(lines)) if lines[k].strip()), n)


def _whole_lines(splice: Splice, before: str) -> bool:
    """Whether a change removes whole lines."""
    old = before[splice.start : splice.end]
    starts = splice.start == 0 or before[splice.start - 1] in "\r\n"
    return "\n" in old and starts and (old.endswith("\n") or splice.end == len(before))
