"""What two texts, given whole or by lines, have in common at either end.

It is found by bisection: comparing slices is fast.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T", str, bytes, list[str])


def prefix(a: T, b: T) -> int:
    """How many characters, bytes or lines `a` and `b` have in common at their start."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def suffix(a: T, b: T, taken: int) -> int:
    """How many characters, bytes or lines `a` and `b` have in common at their end. The first
    `taken` of either are not compared.
    """
    low, high = 0, min(len(a), len(b)) - taken
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low
