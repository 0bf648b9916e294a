"""Brings signals and shares to the scales on which they are stored."""

from __future__ import annotations

import math


def log(count: float) -> float:
    """A count as log(1 + n), rounded to nine places so that a replay from the ledger
    gets the same.
    """
    return round(math.log1p(max(count, 0)), 9)


def logit(share: float) -> float:
    """The log odds of a share. The result is always finite."""
    share = min(max(share, 1e-6), 1.0 - 1e-6)
    return math.log(share / (1.0 - share))


def sigmoid(x: float) -> float:
    """The share whose log odds are `x`."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))
