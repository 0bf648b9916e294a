"""Whether the reasons name what really moved the estimate.

A reason is read off the linear reader and the boosted trees; the forest, whose leaves have no sum
of logits, takes no part. So each signal is put back to its mean in turn, all three readers are
asked again, and what was said is held against what that moved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.bench.router import report

from tierwise.core.decision import Signals
from tierwise.core.request import Request
from tierwise.routing import explain, flips, reading, signals
from tierwise.routing.weights import Weights, load

SAID = 2


def table(requests: Sequence[Request]) -> str:
    """How often the first said is the strongest, and how much of the strongest two is said."""
    weights = load()
    strongest = right = 0
    told = 0.0
    for request in requests:
        found = signals.measure(request, weights=weights)
        moved = _moved(found, weights)
        said = explain.strongest(found, weights, SAID)
        top = sorted(moved, key=lambda name: -abs(moved[name]))[:SAID]
        strongest += said[0][0] == top[0]
        right += sum(moved.get(name, 0.0) * pull > 0 for name, pull in said)
        told += sum(abs(moved.get(name, 0.0)) for name, _ in said) / sum(
            abs(moved[name]) for name in top
        )
    count = len(requests)
    line = [str(count), f"{100 * strongest / count:.0f}", f"{100 * told / count:.0f}",
            f"{100 * right / (SAID * count):.0f}"]  # fmt: skip
    return report.table(
        ["requests", "the first said is the strongest, %", "share of the strongest two said, %",
         "easier or harder said rightly, %"],
        [line],
    )  # fmt: skip


def _moved(found: Signals, weights: Weights) -> dict[str, float]:
    """Logits of both cuts that each signal fit to be said moves, against its mean."""
    here = _ease(found, weights)
    means = dict(zip(weights.signals, weights.mean, strict=True)) | {"text": 0.0}
    return {
        name: here - _ease(flips.changed(found, {name: mean}), weights)
        for name, mean in means.items()
        if explain.worth_saying(name, found)
    }


def _ease(found: Signals, weights: Weights) -> float:
    return math.fsum(cut.mean for cut in reading.readings(found, weights))
