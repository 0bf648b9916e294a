"""Finds what would make a task cheaper or dearer: the smallest change of signals that changes its
tier.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import SignalChange, Signals
from tierwise.core.situation import Situation
from tierwise.routing.estimate import estimate
from tierwise.routing.policy import decide
from tierwise.routing.reading import readings
from tierwise.routing.weights import Weights

MOST: Final = 4
"""Signals that are changed together at most if no single one suffices. With more it would be
another task."""
_DERIVED: Final = frozenset(
    {
        "chars",
        "foreign",
        "files.any",
        "later",
        "terse",
        "sel.share",
        "goal.edit",
        "hard.edit",
        "code.kinds",
    }
)
"""Signals that follow from others, so that nobody could change them alone."""


@dataclass(frozen=True, slots=True)
class Flips:
    """The smallest change that would make a task cheaper or dearer; None where none is known."""

    cheaper: tuple[SignalChange, ...] | None = None
    dearer: tuple[SignalChange, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    """One signal set to another value.

    `size` is how far it moves, in standard deviations. `pull` is by how many logits that makes the
    request easier, added up over the borders between tiers.
    """

    name: str
    value: float
    size: float
    pull: float


def flips(signals: Signals, weights: Weights, situation: Situation) -> Flips:
    """Search the smallest changes of signals that would make a task cheaper or dearer.

    Each signal is set to zero and to about three times its count, first single ones, then several
    together.
    """
    here = _rank(signals, weights, situation)
    start = _ease(signals, weights)
    changes = [
        _Change(name, value, size, _ease(changed(signals, {name: value}), weights) - start)
        for name, value, size in _alternatives(signals, weights)
    ]
    ladder = situation.ladder
    return Flips(
        _least(signals, weights, situation, changes, here, -1) if here > 0 else None,
        _least(signals, weights, situation, changes, here, 1) if here < len(ladder) - 1 else None,
    )


def _least(
    signals: Signals,
    weights: Weights,
    situation: Situation,
    changes: list[_Change],
    here: int,
    way: int,
) -> tuple[SignalChange, ...] | None:
    """The least change that changes the tier. `way` is -1 toward cheaper, 1 toward dearer.

    It is the smallest change of one signal. If no single one suffices, up to `MOST` signals are
    changed together, those with the largest pull first.
    """
    helping = [c for c in changes if c.pull * way < 0]
    for change in sorted(helping, key=lambda c: (c.size, c.name)):
        other = changed(signals, {change.name: change.value})
        if (_rank(other, weights, situation) - here) * way > 0:
            return _changes(signals, [change])
    taken: list[_Change] = []
    for change in sorted(helping, key=lambda c: (-abs(c.pull), c.name))[:MOST]:
        taken.append(change)
        other = changed(signals, {c.name: c.value for c in taken})
        if (_rank(other, weights, situation) - here) * way > 0:
            return _changes(signals, taken)
    return None


def _alternatives(signals: Signals, weights: Weights) -> Iterator[tuple[str, float, float]]:
    for name, scale in zip(weights.signals, weights.scale, strict=True):
        if name.startswith("action.") or name in _DERIVED:
            continue
        value = signals.values.get(name, 0.0)
        for other in (0.0, round(math.log1p(3 * math.expm1(min(value, 20.0)) + 1), 9)):
            if other != value:
                yield name, other, abs(other - value) / scale
    if any(signals.text_scores):
        yield "text", 0.0, 1.0


def _ease(signals: Signals, weights: Weights) -> float:
    return math.fsum(reading.mean for reading in readings(signals, weights))


def _rank(signals: Signals, weights: Weights, situation: Situation) -> int:
    found = estimate(signals, weights, situation.ladder)
    return situation.ladder.rank(decide(signals, found, situation).routed)


def changed(signals: Signals, values: dict[str, float]) -> Signals:
    """Signals with other values.

    The name `text` stands for the text's scores, which can only be removed.
    """
    if "text" in values:
        signals = replace(signals, text_scores=())
        values = {name: value for name, value in values.items() if name != "text"}
    return replace(signals, values={**signals.values, **values})


def _changes(signals: Signals, changes: list[_Change]) -> tuple[SignalChange, ...]:
    return tuple(SignalChange(c.name, c.value, signals.values.get(c.name, 0.0)) for c in changes)
