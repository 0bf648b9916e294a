"""Pairs the lines of an old text with those of a new one.

Lines that differ in blanks alone are paired first. Between those, lines are paired that share
at least half of their words and signs. Pairs never cross.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from tierwise.core.dataclass import dataclass

ALIKE: Final = 0.5
"""Share of words and signs that two lines must have in common to be a pair."""
_LARGEST_GAP: Final = 10_000
"""The most pairs of lines that are compared in one gap. In a larger gap lines are paired by order.
"""
_EXACT_UP_TO: Final = 1_500
"""Lines up to which all equal lines are compared. In a longer text frequent ones are skipped."""
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Pair:
    """Line `old` of the old text and line `new` of the new one. `same` says that only blanks
    differ.
    """

    old: int
    new: int
    same: bool


def squeezed(line: str) -> str:
    """A line with every run of blanks as one, and none at its ends."""
    return " ".join(line.split())


def align(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """The pairs of an old and a new line that belong together, in order. A line without a partner
    is in no pair.
    """
    a, b = [squeezed(line) for line in old], [squeezed(line) for line in new]
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    pairs = [Pair(n, n, True) for n in range(head)]
    core_a, core_b = a[head : len(a) - tail], b[head : len(b) - tail]
    junk = max(len(core_a), len(core_b)) > _EXACT_UP_TO
    matcher = SequenceMatcher(None, core_a, core_b, autojunk=junk)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pairs += [Pair(head + i1 + k, head + j1 + k, True) for k in range(i2 - i1)]
        elif tag == "replace":
            near = _alike(core_a[i1:i2], core_b[j1:j2])
            pairs += [Pair(head + i1 + i, head + j1 + j, False) for i, j in near]
    first_a, first_b = len(a) - tail, len(b) - tail
    return pairs + [Pair(first_a + n, first_b + n, True) for n in range(tail)]


def alike(a: str, b: str) -> float:
    """The share of words and signs that two lines have in common, from 0 to 1."""
    one, other = Counter(_TOKEN.findall(a)), Counter(_TOKEN.findall(b))
    both = (one & other).total()
    return 2 * both / total if (total := one.total() + other.total()) else float(a == b)


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of similar lines whose likeness is greatest in total."""
    if len(old) * len(new) > _LARGEST_GAP:
        return [
            (n, n) for n, (a, b) in enumerate(zip(old, new, strict=False)) if alike(a, b) >= ALIKE
        ]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[alike(a, b) if a and b else 0.0 for b in new] for a in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            taken = like[i][j] + best[i + 1][j + 1] if like[i][j] >= ALIKE else 0.0
            best[i][j] = max(taken, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if like[i][j] >= ALIKE and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
