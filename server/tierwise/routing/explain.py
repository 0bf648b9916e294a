"""Why a tier: the strongest signals in words and numbers."""

from __future__ import annotations

from tierwise.core.decision import Signals
from tierwise.routing.reading import read
from tierwise.routing.shown import say
from tierwise.routing.trees import credits
from tierwise.routing.weights import Weights


def why(signals: Signals, weights: Weights, count: int = 2) -> tuple[str, ...]:
    """The signals that moved the estimate most, strongest first."""
    pulls = pulls_of(signals, weights)
    worth = [(name, pull) for name, pull in pulls.items() if _worth_saying(name, signals)]
    said = sorted(worth, key=lambda item: (-abs(item[1]), item[0]))
    return tuple(
        f"{say(name, signals.values.get(name, 0.0))}: {'easier' if pull > 0 else 'harder'}"
        for name, pull in said[:count]
    )


def pulls_of(signals: Signals, weights: Weights) -> dict[str, float]:
    """By how many logits each signal moved the cuts together, up meaning easier."""
    found = read(signals, weights)
    x, values = found.x, found.values
    straight = [0.0] * len(x)
    for cut in weights.cuts:
        half = cut.slope / 2
        straight = [p + half * w * v for p, w, v in zip(straight, cut.weight, x, strict=True)]
    pulls = dict(zip(weights.signals, straight, strict=True))
    for i, cut in enumerate(weights.cuts):
        half = cut.slope / 2
        for name, moved in credits(cut.trees, values).items():
            told = "text" if name.startswith("text.") else name
            pulls[told] = pulls.get(told, 0.0) + half * moved
        pulls["text"] = pulls.get("text", 0.0) + half * cut.text_weight * found.score(i)
        for name, weighs in cut.reach.items():
            pulls[name] = pulls.get(name, 0.0) - weighs * signals.values.get(name, 0.0)
    return pulls


def _worth_saying(name: str, signals: Signals) -> bool:
    """What is absent is said only where its absence is a fact of its own."""
    if name == "text":
        return any(signals.text_scores)
    if name == "form.lines" and signals.values.get("empty"):
        return False
    return name == "sel.none" or bool(signals.values.get(name))
