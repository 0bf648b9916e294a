"""The learned state as a readable file: counts, actions, languages and numbers, no text."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.learning.gate import Evidence
from tierwise.learning.learner import PAIRS, LearnedState, Weights
from tierwise.learning.memory import Memory
from tierwise.learning.opinions import SHIPPED, Counts

FORMAT: Final = 1
DIGITS: Final = 6
"""Decimals that are kept of a weight."""


@dataclass(frozen=True, slots=True)
class Record:
    """The content of the file.

    `weights` is the hash of the shipped weights that the state refers to.

    Outcomes of the ledger up to `told_ms` have been learned from. Outcomes before `since_ms` are
    ignored (after a reset). `on` is the switch that the operator sets on the command line.
    """

    memory: Memory = field(default_factory=Memory)
    weights: str = ""
    told_ms: int = 0
    since_ms: int = 0
    on: bool = True

    @property
    def basis(self) -> str:
        """A name for the learned state: a hash. Decisions made with it store it, for replay."""
        raw = json.dumps(to_json(self)["learned"], sort_keys=True).encode()
        return hashlib.blake2b(raw, digest_size=6).hexdigest()

    def fit_for(self, weights: str) -> Record:
        """The record for these shipped weights. It is empty if it was made for others.

        What was learned is relative to the shipped estimate. It is learned again from the ledger.
        """
        if self.weights in (weights, ""):
            return replace(self, weights=weights)
        return Record(Memory(), weights, self.since_ms, self.since_ms, self.on)


def to_json(record: Record) -> dict[str, Any]:
    """The record (learned state, evidence, switch) as JSON data for its file."""
    state, evidence = record.memory.state, record.memory.evidence
    return {
        "format": FORMAT,
        "weights": record.weights,
        "on": record.on,
        "toldMs": record.told_ms,
        "sinceMs": record.since_ms,
        "live": evidence.live,
        "learned": {
            "outcomes": round(state.outcomes, DIGITS),
            "atMs": state.at_ms,
            "flips": [round(count, DIGITS) for count in state.flips],
            "pairs": [round(count, DIGITS) for count in state.pairs],
            "opinions": [[round(n, DIGITS) for n in row] for row in state.opinions],
            "base": _rounded(state.base),
            "cuts": [_rounded(cut) for cut in state.cuts],
            "top": _rounded(state.top),
            "spend": _rounded(state.spend),
        },
        "evidence": {k: v for k, v in asdict(evidence).items() if k != "live"},
    }


def from_json(data: Mapping[str, Any]) -> Record:
    """A record from the content of a file.

    Raises `ValueError` with a sentence if it is not valid.
    """
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise ValueError("this is not a learned state of a format known here")
    try:
        learned, evidence = data["learned"], dict(data["evidence"])
        flips = _numbers(learned["flips"], 4)
        pairs = _numbers(learned.get("pairs", PAIRS), 2)
        state = LearnedState(
            base=_weights(learned["base"]),
            cuts=tuple(_weights(cut) for cut in learned["cuts"]),
            top=_weights(learned["top"]),
            flips=(flips[0], flips[1], flips[2], flips[3]),
            pairs=(pairs[0], pairs[1]),
            opinions=_counts(learned.get("opinions", SHIPPED)),
            spend=_weights(learned["spend"]),
            outcomes=_number(learned["outcomes"]),
            at_ms=int(learned["atMs"]),
        )
        gain, saved, tops = (_numbers(evidence[k], 2) for k in ("gain", "saved", "tops"))
        rises = _numbers(evidence["rises"], 4)
        improved = _numbers(evidence.get("improved", (0.0,) * 4), 4)
        judged = Evidence(
            outcomes=int(evidence["outcomes"]),
            informative=int(evidence["informative"]),
            paired=int(evidence.get("paired", 0)),
            weight=_number(evidence["weight"]),
            gain=(gain[0], gain[1]),
            saved=(saved[0], saved[1]),
            tops=(tops[0], tops[1]),
            rises=(rises[0], rises[1], rises[2], rises[3]),
            live=bool(data["live"]),
            improved=(improved[0], improved[1], improved[2], improved[3]),
        )
        return Record(
            Memory(state, judged),
            str(data["weights"]),
            int(data["toldMs"]),
            int(data["sinceMs"]),
            bool(data["on"]),
        )
    except (KeyError, TypeError, IndexError, OverflowError, AttributeError) as error:
        raise ValueError("the learned state is damaged") from error


def _rounded(weights: Weights) -> dict[str, list[float]]:
    return {name: [round(a, DIGITS), round(b, DIGITS)] for name, (a, b) in sorted(weights.items())}


def _weights(data: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    return {str(k): (_number(v[0]), _number(v[1])) for k, v in data.items()}


def _numbers(data: Any, count: int) -> tuple[float, ...]:
    made = tuple(_number(value) for value in data)
    if len(made) != count:
        raise ValueError("the learned state is damaged")
    return made


def _counts(data: Any) -> Counts:
    rows = tuple(_numbers(row, len(SHIPPED)) for row in data)
    if len(rows) != len(SHIPPED) or any(n < 0 for row in rows for n in row):
        raise ValueError("the learned state is damaged")
    return rows


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("the learned state is damaged")
    return number
