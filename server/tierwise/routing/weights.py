"""The fitted weights: a readable, versioned file, evaluated in plain Python."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path


@dataclass(frozen=True, eq=False)
class Weights:
    """A fit. Per cut between tiers: intercept, weight per signal, and per n-gram a weight.

    `grams` maps an n-gram to (inverse document frequency, weight per cut). `spread` holds
    the signals' posterior variances, `mean` and `scale` standardise them. `accept_top` is
    the share of answers kept even at the top, `target` the fitted confidence target.
    """

    cuts: int
    signals: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    intercept: tuple[float, ...]
    weight: tuple[tuple[float, ...], ...]
    spread: tuple[tuple[float, ...], ...]
    text_weight: tuple[float, ...]
    unknown_variance: float
    accept_top: float
    target: float
    grams: Mapping[str, tuple[float, ...]]
    about: Mapping[str, object]
    hash: str


@lru_cache(maxsize=4)
def load(path: Path | None = None) -> Weights:
    """The shipped weights, or those of a file. Raises `ValueError` for a file of another kind."""
    if path is None:
        raw = resources.files("tierwise.routing").joinpath("weights.json").read_bytes()
    else:
        raw = path.read_bytes()
    return parse(raw)


def parse(raw: bytes) -> Weights:
    """Weights from their file's bytes."""
    data = json.loads(raw)
    if data.get("format") != 1:
        raise ValueError("this is not a weights file of a format known here")
    return Weights(
        cuts=len(data["intercept"]),
        signals=tuple(data["signals"]),
        mean=tuple(data["mean"]),
        scale=tuple(data["scale"]),
        intercept=tuple(data["intercept"]),
        weight=tuple(tuple(w) for w in data["weight"]),
        spread=tuple(tuple(s) for s in data["spread"]),
        text_weight=tuple(data["text_weight"]),
        unknown_variance=float(data["unknown_variance"]),
        accept_top=float(data["accept_top"]),
        target=float(data["target"]),
        grams={gram: tuple(entry) for gram, entry in data["grams"].items()},
        about=data["about"],
        hash=hashlib.sha256(raw).hexdigest()[:16],
    )
