"""The fitted weights: a readable, versioned file, evaluated in plain Python.

A server reads them from a packed copy of that file, which is faster. `make fit` writes both, and a
test checks that they hold the same.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.routing.packed import unpack
from tierwise.routing.trees import Trees, planted

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 5
PACKED: Final = os.path.join(os.path.dirname(__file__), "weights.packed")


@dataclass(frozen=True, slots=True)
class Cut:
    """The fitted answer to one question: is the need (the cheapest tier that would do) at or below
    a certain tier? In logits.

    Three models are averaged: a linear one over standardised signals, small boosted trees, and the
    forest that the cuts share. `slope` and `offset` calibrate their mean, `by_action` shifts it per
    action where there were enough rows. `reach` lowers it by the size of the edit and by what
    earlier turns needed (never raises it). `spread` holds the variance that each squared signal
    adds. `margin` is how far the lower bound of this cut is below its mean, in addition to the
    width from the variance.
    """

    intercept: float
    weight: Sequence[float]
    spread: Sequence[float]
    text_weight: float
    base: float
    trees: Trees
    slope: float
    offset: float
    by_action: Mapping[str, float]
    reach: Mapping[str, float]
    margin: float


@dataclass(frozen=True, slots=True)
class Accept:
    """The linear model of whether a tier's answer is kept at all, in logits."""

    intercept: float
    weight: Sequence[float]
    text_weight: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a request looks like tasks with measured outcomes: a linear model, in logits."""

    intercept: float
    weight: Sequence[float]


@dataclass(frozen=True, eq=False)
class Weights:
    """The fitted weights of the router: one `Cut` (border) between each two tiers, one `Accept` (is
    the answer kept?) per tier.

    - `forest` answers for all cuts at once and `accept_forest` for all accepts, each by its mean
      leaf.
    - Trees find a signal by its index: the signals first, then the text's scores. `places` maps the
      name of a signal to that index.
    - `mean` and `scale` standardise the signals. `resting` holds the standardised values of signals
      that are zero, as most are.
    - `grams` maps a piece of text to its inverse document frequency and one weight per score
      (`texts` of them: the cuts', then the accepts').
    - `unknown_variance` and `doubt` scale two variances that widen the bound (squared logits): the
      share of unknown signals, and the square of half the disagreement of the linear model and the
      trees.
    - `kept` is the share of answers kept by the tier that is needed, by one tier below it, by two.
    """

    cuts: tuple[Cut, ...]
    accepts: tuple[Accept, ...]
    forest: Trees
    accept_forest: Trees
    signals: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    unknown_variance: float
    doubt: float
    kept: tuple[float, ...]
    likeness: Likeness
    grams: Mapping[str, tuple[float, ...]]
    about: Mapping[str, object]
    hash: str
    places: Mapping[str, int]
    resting: tuple[float, ...]

    @property
    def texts(self) -> int:
        """How many scores a wording gets: one per border between two tiers, and one per tier."""
        return len(self.cuts) + len(self.accepts)


KINDS: Final = {kind.__name__: kind for kind in (Weights, Cut, Accept, Likeness, Trees)}
"""The classes of a packed file."""


@lru_cache(maxsize=4)
def load(path: Path | None = None) -> Weights:
    """The shipped weights, or those of a readable file. Raises `ValueError` for another format."""
    with open(PACKED if path is None else path, "rb") as file:
        raw = file.read()
    if path is not None:
        return parse(raw)
    found: Weights = unpack(raw, KINDS)
    return found


def parse(raw: bytes) -> Weights:
    """Weights from the bytes of their readable file. Raises `ValueError` for another format."""
    import hashlib

    data = json.loads(raw)
    if data.get("format") != FORMAT:
        raise ValueError("this is not a weights file of a format known here")
    texts = len(data["cuts"]) + len(data["accepts"])
    read = [*data["signals"], *(f"text.{i}" for i in range(texts))]
    places = {name: i for i, name in enumerate(read)}
    return Weights(
        cuts=tuple(_cut(cut, places) for cut in data["cuts"]),
        accepts=tuple(_accept(accept) for accept in data["accepts"]),
        forest=planted(data["forest"], places),
        accept_forest=planted(data["accept_forest"], places),
        signals=tuple(data["signals"]),
        mean=tuple(data["mean"]),
        scale=tuple(data["scale"]),
        unknown_variance=float(data["unknown_variance"]),
        doubt=float(data["doubt"]),
        kept=tuple(data["kept"]),
        likeness=Likeness(data["likeness"]["intercept"], array("d", data["likeness"]["weight"])),
        grams={gram: tuple(entry) for gram, entry in data["grams"].items()},
        about=data["about"],
        hash=hashlib.sha256(raw).hexdigest()[:16],
        places={name: places[name] for name in data["signals"]},
        resting=tuple(clipped(-m / s) for m, s in zip(data["mean"], data["scale"], strict=True)),
    )


def clipped(value: float) -> float:
    """A standardised value, no further from the mean than four deviations."""
    return min(4.0, max(-4.0, value))


def _cut(data: Mapping[str, Any], places: Mapping[str, int]) -> Cut:
    return Cut(
        intercept=data["intercept"],
        weight=array("d", data["weight"]),
        spread=array("d", data["spread"]),
        text_weight=data["text_weight"],
        base=data["base"],
        trees=planted(data["trees"], places),
        slope=data["slope"],
        offset=data["offset"],
        by_action=dict(data["by_action"]),
        reach=dict(data["reach"]),
        margin=data["margin"],
    )


def _accept(data: Mapping[str, Any]) -> Accept:
    return Accept(
        intercept=data["intercept"],
        weight=array("d", data["weight"]),
        text_weight=data["text_weight"],
    )
