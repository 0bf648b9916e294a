"""A belief about a task: per tier P(need <= tier) and P(the answer is kept). Pure.

The need is the cheapest tier whose answer would do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from tierwise.core.dataclass import dataclass

FLATTEST: Final = 0.02
"""Least slope of a share in its logit that a learning step uses, so that any belief can change."""
LEAST: Final = 0.02
"""The least probability of anything, so that one outlier cannot move a weight far."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a task, per tier, cheapest first: P(need <= tier) and P(kept).

    Neither falls from a cheaper tier to a dearer one; `need` of the top is 1.
    """

    need: tuple[float, ...]
    kept: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """P(an answer suffices), and how fast it changes with what is learned.

    `cuts` holds (border between two tiers, slope), the slope by the logit of that border. `top` is
    the slope by the logit of P(kept at the top).
    """

    p: float
    cuts: tuple[tuple[int, float], ...]
    top: float


def belief(
    logits: Sequence[float],
    shifts: Sequence[float] = (),
    top: float = 0.0,
    accept: float = 0.96,
) -> Belief:
    """The belief from the shipped logits and what was learned in addition.

    `shifts` and `top` are that addition, in logits: per border between tiers, and for P(kept at the
    top). `accept` is the shipped share of the top tier's answers that is kept.
    """
    need: list[float] = []
    for cut, logit in enumerate(logits):
        share = sigmoid(logit + (shifts[cut] if cut < len(shifts) else 0.0))
        need.append(max(need[-1], share) if need else share)
    need.append(1.0)
    sure = min(1 - LEAST, max(LEAST, accept))
    kept = sigmoid(math.log(sure / (1 - sure)) + top)
    return Belief(tuple(need), tuple(kept * p for p in need))


def sufficiency(now: Belief, tier: int, failed: int | None = None) -> Sufficiency:
    """P(the answer of a tier suffices), given that tier `failed` was just not kept.

    A task is solvable at all with P(kept at the top), and then by every tier from its need on.
    So P(t suffices | f < t did not) = kept x (need_t - need_f) / (1 - kept x need_f).
    """
    last = len(now.need) - 1
    kept, own = now.kept[last], now.need[tier]
    slope = kept * max(own * (1 - own), FLATTEST) if tier < last else 0.0
    if failed is None or failed >= tier:
        alone = ((tier, slope),) if tier < last else ()
        return Sufficiency(max(LEAST, kept * own), alone, own * kept * (1 - kept))
    low = now.need[failed]
    left = max(1 - kept * low, LEAST)
    p = kept * (own - low) / left
    fall = kept * max(low * (1 - low), FLATTEST) * (p - 1) / left
    rise = kept * (1 - kept) * ((own - low) / left + p * low / left)
    cuts = ((failed, fall), (tier, slope / left)) if tier < last else ((failed, fall),)
    return Sufficiency(max(LEAST, min(1 - LEAST, p)), cuts, rise)


def sigmoid(x: float) -> float:
    """The logistic function, safe for any finite x."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))
