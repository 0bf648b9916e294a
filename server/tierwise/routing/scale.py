"""Brings signals and shares to the scales on which they are kept."""

from __future__ import annotations

import math


def log(count: float) -> float:
    """A count as log(1 + n), nine places: the ledger keeps it, and replay must meet it."""
    return round(math.log1p(max(count, 0)), 9)


def logit(share: float) -> float:
    """Log odds of a share, kept finite."""
    share = min(max(share, 1e-6), 1.0 - 1e-6)
    return math.log(share / (1.0 - share))


def sigmoid(x: float) -> float:
    """The share whose log odds are `x`."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))
