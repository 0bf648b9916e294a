"""Calibration of a fitted cut (border between two tiers) on rows the fit did not see.

There is a line for all rows, and a shift of it for each action.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.special import expit

from tierwise.core.dataclass import dataclass
from tierwise.routing.fit import logistic
from tierwise.routing.fit.logistic import Array

OWN: Final = ("chat", "edit", "fix", "generate")
"""Actions with enough rows for a shift of their own. The others share the pooled curve."""
PRIOR: Final = 6.0
"""Information that is added to that of an action's rows, which shrinks its shift toward zero. A row
at even odds has a quarter."""


@dataclass(frozen=True)
class Curve:
    """How the logit of one border between tiers is calibrated: offset + slope * logit + shift of
    the action.
    """

    slope: float
    offset: float
    by_action: dict[str, float]

    def data(self) -> dict[str, Any]:
        """The curve in the form of the weights file."""
        return {"slope": self.slope, "offset": self.offset, "by_action": self.by_action}

    def apply(self, logits: Array, actions: Sequence[str]) -> Array:
        """The logits of some rows after calibration; `actions` are those of the rows."""
        shift = np.array([self.by_action.get(action, 0.0) for action in actions])
        found: Array = self.offset + self.slope * logits + shift
        return found


def curve(logits: Array, target: Array, actions: Sequence[str]) -> Curve:
    """The calibration fitted on held-out rows: Platt's line for all, then a small shift per action.

    The shift is one Newton step, pulled toward zero where an action has few rows.
    """
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
