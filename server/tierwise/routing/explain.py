"""Explains a tier by the strongest signals."""

from __future__ import annotations

import math
from heapq import nsmallest

from tierwise.core.decision import Reason, Signals
from tierwise.routing.reading import READERS, read
from tierwise.routing.weights import Weights


def why(signals: Signals, weights: Weights, count: int = 2) -> tuple[Reason, ...]:
    """Reasons that name the signals that moved the estimate most, strongest first."""
    return tuple(
        Reason.of("note", "signal", name=name, value=signals.values.get(name, 0.0), eases=pull > 0)
        for name, pull in strongest(signals, weights, count)
    )


def strongest(signals: Signals, weights: Weights, count: int) -> list[tuple[str, float]]:
    """The signals that moved the estimate most and are worth a reason, each with how far it moved
    it (in logits).
    """
    pulls = pulls_of(signals, weights)
    worth = ((-abs(pull), name) for name, pull in pulls.items() if worth_saying(name, signals))
    return [(name, pulls[name]) for _, name in nsmallest(count, worth)]


def pulls_of(signals: Signals, weights: Weights) -> dict[str, float]:
    """How far each signal moved the estimate, in logits (log odds); above zero means an easier
    request.

    The parts for the borders between tiers are added up. The forest's part is left out: its leaves
    are averaged as shares, which have no sum of logits.
    """
    found = read(signals, weights)
    x, names = found.x, weights.signals
    moved = [0.0] * len(x)
    text = 0.0
    for i, (cut, credits) in enumerate(zip(weights.cuts, found.credits, strict=True)):
        part = cut.slope / READERS
        moved = [
            m + part * (w * v + c)
            for m, w, v, c in zip(moved, cut.weight, x, credits, strict=False)
        ]
        text += part * (cut.text_weight * found.score(i) + math.fsum(credits[len(x) :]))
    pulls = dict(zip(names, moved, strict=True))
    pulls["text"] = text
    for cut in weights.cuts:
        for name, weighs in cut.reach.items():
            pulls[name] = pulls.get(name, 0.0) - weighs * signals.values.get(name, 0.0)
    return pulls


def worth_saying(name: str, signals: Signals) -> bool:
    """Whether a signal is worth a reason.

    A signal that is not zero is, except `form.lines` of an empty wish. One that is zero is only if
    it is `sel.none` (then something is selected), or `text` where the text has scores.
    """
    if signals.values.get(name):
        return name != "form.lines" or not signals.values.get("empty")
    return name == "sel.none" or (name == "text" and any(signals.text_scores))
