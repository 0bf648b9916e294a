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
MOST_UNDER: Final = 0.029
"""Share of under-routed requests allowed on held-out rows, a little below the promised 3 %."""


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

    Of all pairs that leave at most `MOST_UNDER` under-routed and no top task on the cheapest
    tier, the one that routes most requests exactly. With no such pair: everything to the top.
    """
    aim = float(logit(target))
    best, found = -1.0, (4.0, 4.0)
    low, high = bounds[:, 0], bounds[:, 1]
    for upper in np.arange(-1.5, 3.0, 0.05):
        below = high - upper >= aim
        for lower in np.arange(-1.0, 3.0, 0.05):
            cheap = (low - lower >= aim) & below
            routed = np.where(cheap, 0, np.where(below, 1, 2))
            if (routed < needs).mean() > MOST_UNDER or ((routed == 0) & (needs == 2)).any():
                continue
            exact = float((routed == needs).mean())
            if exact > best:
                best, found = exact, (round(float(lower), 2), round(float(upper), 2))
    return found
