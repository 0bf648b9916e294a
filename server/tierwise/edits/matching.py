"""Matches the lines of two texts: unique lines first, then the lines between them.

A line that occurs once in both texts shows by itself where it went. The longest series of such
lines that kept their order splits the texts into gaps, and each gap is matched in turn (the
patience diff of Bram Cohen). A gap without such a line is matched by position if most of it is
equal that way, else by the shortest edit script (Myers, "An O(ND) Difference Algorithm", 1986),
up to a bound; beyond it the gap counts as changed. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from tierwise.syntax.common import prefix, suffix

MOST_EDITS: Final = 600
"""The most edits in a shortest script for a gap. To find one takes 0.2 s at worst."""


class SharedRun(NamedTuple):
    """A run of `size` equal lines: from line `old` in one text and from line `new` in the other."""

    old: int
    new: int
    size: int


def blocks(a: Sequence[str], b: Sequence[str]) -> list[SharedRun]:
    """The runs of lines that two texts share, in order and without overlaps."""
    a, b = list(a), list(b)
    found: list[SharedRun] = []
    waiting = [(0, len(a), 0, len(b))]
    while waiting:
        a0, a1, b0, b1 = waiting.pop()
        lead = prefix(a[a0:a1], b[b0:b1])
        found.append(SharedRun(a0, b0, lead))
        a0, b0 = a0 + lead, b0 + lead
        tail = suffix(a[a0:a1], b[b0:b1], 0)
        a1, b1 = a1 - tail, b1 - tail
        found.append(SharedRun(a1, b1, tail))
        if a0 == a1 or b0 == b1:
            continue
        pairs = unique_pairs(a[a0:a1], b[b0:b1])
        if pairs:
            kept = [pairs[n] for n in longest_in_order([new for _, new in pairs])]
            i, j = a0, b0
            for old, new in kept:
                waiting.append((i, a0 + old, j, b0 + new))
                found.append(SharedRun(a0 + old, b0 + new, 1))
                i, j = a0 + old + 1, b0 + new + 1
            waiting.append((i, a1, j, b1))
        else:
            found += [SharedRun(a0 + m.old, b0 + m.new, m.size) for m in _gap(a[a0:a1], b[b0:b1])]
    return _joined(sorted(m for m in found if m.size))


def unique_pairs(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Old and new number of every line that occurs once in both, in the order of the old text."""
    in_a, in_b = Counter(a), Counter(b)
    where = {line: n for n, line in enumerate(b) if in_b[line] == 1}
    return [(n, where[line]) for n, line in enumerate(a) if in_a[line] == 1 and line in where]


def longest_in_order(values: Sequence[int]) -> list[int]:
    """The indexes of numbers that form a longest ascending series. All numbers are distinct."""
    ends: list[int] = []
    tails: list[int] = []
    before = [-1] * len(values)
    for n, value in enumerate(values):
        k = bisect_left(tails, value)
        before[n] = ends[k - 1] if k else -1
        if k == len(tails):
            tails.append(value)
            ends.append(n)
        else:
            tails[k], ends[k] = value, n
    found, n = [], ends[-1] if ends else -1
    while n >= 0:
        found.append(n)
        n = before[n]
    return found[::-1]


def surely_in_order(values: Sequence[int]) -> list[bool]:
    """For each of some distinct numbers, whether every longest ascending series contains it.

    If two things changed places, nobody can say which of them moved; then neither is sure.
    """
    up = _lengths(values)
    down = _lengths([-value for value in reversed(values)])[::-1]
    longest = max(up, default=0)
    at_length = Counter(u for u, d in zip(up, down, strict=True) if u + d - 1 == longest)
    return [u + d - 1 == longest and at_length[u] == 1 for u, d in zip(up, down, strict=True)]


def _lengths(values: Sequence[int]) -> list[int]:
    """The length of a longest ascending series that ends with each number."""
    tails: list[int] = []
    found = []
    for value in values:
        k = bisect_left(tails, value)
        if k == len(tails):
            tails.append(value)
        else:
            tails[k] = value
        found.append(k + 1)
    return found


def _gap(a: Sequence[str], b: Sequence[str]) -> list[SharedRun]:
    """The shared runs of two stretches that share no unique line."""
    if len(a) == len(b):
        same = [n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x == y]
        if 2 * len(same) >= len(a):
            return [SharedRun(n, n, 1) for n in same]
    return _shortest(a, b)


def _shortest(a: Sequence[str], b: Sequence[str]) -> list[SharedRun]:
    """The runs that a shortest edit script keeps; none where it has more than `MOST_EDITS`."""
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(len(a) + len(b), MOST_EDITS) + 1):
        trace.append(dict(furthest))
        for k in range(-edits, edits + 1, 2):
            below = k == -edits or (
                k != edits and furthest.get(k - 1, -1) < furthest.get(k + 1, -1)
            )
            x = furthest[k + 1] if below else furthest[k - 1] + 1
            y = x - k
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            furthest[k] = x
            if x >= len(a) and y >= len(b):
                return _walked(trace, len(a), len(b))
    return []


def _walked(trace: Sequence[dict[int, int]], x: int, y: int) -> list[SharedRun]:
    """The equal runs of a script, from its end to its beginning."""
    found = []
    for edits in range(len(trace) - 1, -1, -1):
        furthest, k = trace[edits], x - y
        below = k == -edits or (k != edits and furthest.get(k - 1, -1) < furthest.get(k + 1, -1))
        from_k = k + 1 if below else k - 1
        from_x = furthest.get(from_k, 0) if edits else 0
        from_y = from_x - from_k if edits else 0
        start = from_x if below or not edits else from_x + 1
        if x > start:
            found.append(SharedRun(start, start - k, x - start))
        x, y = from_x, from_y
    return found


def _joined(found: Sequence[SharedRun]) -> list[SharedRun]:
    """Runs that follow each other in both texts, joined into one."""
    made: list[SharedRun] = []
    for block in found:
        last = made[-1] if made else None
        if (
            last is not None
            and last.old + last.size == block.old
            and last.new + last.size == block.new
        ):
            made[-1] = SharedRun(last.old, last.new, last.size + block.size)
        else:
            made.append(block)
    return made
