"""Writes a chance in words: "9 in 10". An estimate is not exact to a percent."""

from __future__ import annotations

from typing import Final

_CHANCES: Final = (
    (1, 20), (1, 10), (1, 5), (1, 4), (1, 3), (1, 2),
    (2, 3), (3, 4), (4, 5), (9, 10), (19, 20),
)  # fmt: skip
"""The chances that can be written: numbers that people count in."""


def chance(share: float, joined: str = "in") -> str:
    """The nearest chance to a share in [0, 1]: "9 in 10", or "1 of 4" joined by "of".

    Nothing is shown as certain or impossible: the extremes are "19 in 20" and "1 in 20".
    """
    part, whole = min(_CHANCES, key=lambda each: abs(each[0] / each[1] - share))
    return f"{part} {joined} {whole}"


def at_least(share: float) -> str:
    """A lower bound in words, rounded down: 0.92 gives "9 in 10". Less than 1 in 20 gives "few"."""
    reached = [each for each in _CHANCES if each[0] / each[1] <= share]
    return f"{reached[-1][0]} in {reached[-1][1]}" if reached else "few"


def up_to(share: float) -> str:
    """An upper bound in words, rounded up: 0.22 gives "1 of 4". More than 19 of 20 gives "all"."""
    enough = [each for each in _CHANCES if each[0] / each[1] >= share]
    return f"{enough[0][0]} of {enough[0][1]}" if enough else "all"
