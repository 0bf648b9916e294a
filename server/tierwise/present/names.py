"""The names of tiers as they are shown."""

from __future__ import annotations

from typing import Final

SHORT: Final = 8
"""The most characters of a name in a badge or a title."""


def label(tier: str) -> str:
    """A tier's name as shown: `haiku` reads "Haiku"."""
    return tier[:1].upper() + tier[1:]


def short(tier: str) -> str:
    """A tier's name for little room: a name of more than `SHORT` characters is cut."""
    name = label(tier)
    return name if len(name) <= SHORT else name[: SHORT - 1] + "…"
