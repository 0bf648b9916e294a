"""The names of tiers as shown."""

from __future__ import annotations


def label(tier: str) -> str:
    """A tier's name as shown: `haiku` reads "Haiku"."""
    return tier[:1].upper() + tier[1:]
