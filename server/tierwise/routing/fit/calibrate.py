"""Calibration of a cut on held-out rows, and the margins that keep under-routing rare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import expit, logit

from tierwise.routing.fit import logistic
from tierwise.routing.fit.logistic import Array

OWN: Final = ("chat", "edit", "fix", "generate")
"""Actions with rows enough for a shift of their own; the others share the pooled curve."""
PRIOR: Final = 6.0
"""Information (rows at even odds) a shift must overcome: shrinks it toward the pooled curve."""
MOST_UNDER: Final = 0.03
"""Share of under-routed requests allowed on the rows held out inside a fit: what is promised of
rows it never saw, and not chosen by what that gives on them."""
DRAWS: Final = 25
"""Draws of the rows whose best margins are averaged."""

Pair = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A cut's calibration: calibrated logit = offset + slope * logit + shift of the action."""

    slope: float
    offset: float
    by_action: dict[str, float]

    def data(self) -> dict[str, Any]:
        """As the weights file holds it."""
        return {"slope": self.slope, "offset": self.offset, "by_action": self.by_action}

    def apply(self, logits: Array, actions: Sequence[str]) -> Array:
        """Calibrated logits."""
        shift = np.array([self.by_action.get(action, 0.0) for action in actions])
        found: Array = self.offset + self.slope * logits + shift
        return found


def curve(logits: Array, target: Array, actions: Sequence[str]) -> Curve:
    """Platt's line through held-out logits, then one shrunk Newton step per action."""
    even = np.ones(len(target))
    offset, slope = logistic.fit(logits[:, None], target, even, 1e3)
    p = expit(offset + slope[0] * logits)
    named = np.array(actions)
    shifts = {}
    for action in OWN:
        rows = named == action
        information = float((p[rows] * (1 - p[rows])).sum())
        if information > 0:
            step = float((target[rows] - p[rows]).sum()) / (information + PRIOR)
            shifts[action] = round(step, 4)
    return Curve(round(float(slope[0]), 4), round(offset, 4), shifts)


def margins(bounds: Array, needs: Array, target: float) -> tuple[float, float]:
    """How far each cut's bound must stand below its mean, in logits.

    The mean of the best pairs of many draws of the rows: one draw's best pair hangs on the few
    rows that lie at its thresholds, and does worse on others.
    """
    draws = np.random.default_rng(0).integers(0, len(needs), (DRAWS, len(needs)))
    counts = np.stack([np.bincount(rows, minlength=len(needs)) for rows in draws])
    found = np.mean(_best_pairs(bounds, needs, float(logit(target)), counts), axis=0)
    return round(float(found[0]), 2), round(float(found[1]), 2)


def _best_pairs(bounds: Array, needs: Array, aim: float, counts: Array) -> list[Pair]:
    """Per draw: of all pairs that leave at most `MOST_UNDER` under-routed and no top task on the
    cheapest tier, the one that routes most exactly. With no such pair: everything to the top."""
    best = np.full(len(counts), -1.0)
    found: list[Pair] = [(4.0, 4.0)] * len(counts)
    low, high = bounds[:, 0], bounds[:, 1]
    for upper in np.arange(-1.5, 3.0, 0.05):
        below = high - upper >= aim
        for lower in np.arange(-1.0, 3.0, 0.05):
            cheap = (low - lower >= aim) & below
            routed = np.where(cheap, 0, np.where(below, 1, 2))
            told = np.stack([routed == needs, routed < needs, (routed == 0) & (needs == 2)])
            exact, under, worst = (counts @ told.T.astype(float)).T / len(needs)
            for draw in np.flatnonzero((under <= MOST_UNDER) & (worst == 0) & (exact > best)):
                best[draw], found[draw] = exact[draw], (float(lower), float(upper))
    return found
