"""What two texts have in common at either end, by halving: comparing slices is fast."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T", str, bytes)


def prefix(a: T, b: T) -> int:
    """Characters (of bytes: bytes) both begin with."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def suffix(a: T, b: T, taken: int) -> int:
    """Characters (of bytes: bytes) both end with, outside of the first `taken`."""
    low, high = 0, min(len(a), len(b)) - taken
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low
