"""Why a tier: the strongest signals in words, and the smallest change that would flip it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from tierwise.core.decision import Signals
from tierwise.core.situation import Situation
from tierwise.routing.estimate import estimate, vector
from tierwise.routing.policy import decide
from tierwise.routing.weights import Weights

_WORDS: Final = {
    "words": "{n} words", "steps": "{n} steps", "sentences": "{n} sentences",
    "questions": "{n} questions", "identifiers": "{n} names given", "terse": "a terse wish",
    "empty": "no instruction", "pasted": "{n} pasted lines", "logs": "{n} log lines",
    "sel.lines": "{n} lines selected", "sel.branches": "{n} branches",
    "sel.definitions": "{n} definitions selected", "sel.calls": "{n} calls",
    "sel.depth": "nested {d} deep", "sel.whole": "a whole symbol", "sel.none": "no selection",
    "file.lines": "a file of {n} lines", "usages": "{n} usages", "usage.files": "used in {n} files",
    "files.attached": "{n} files attached", "files.open": "{n} files open",
    "files.lines": "{n} lines attached", "files.kinds": "{n} languages",
    "diag.errors": "{n} errors", "diag.others": "{n} warnings",
    "diag.spread": "problems in {n} files",
    "tools": "{n} tools", "turn": "turn {n}", "numbers": "{n} numbers",
    "thread.reasks": "asked again", "thread.rejected": "rejected before",
    "foreign": "not in English",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flips:
    """The smallest single change that would make a task cheaper or dearer, in words."""

    cheaper: str | None = None
    dearer: str | None = None


def why(signals: Signals, weights: Weights, count: int = 2) -> tuple[str, ...]:
    """The signals that moved the estimate most, strongest first."""
    x = vector(signals, weights)
    ranked = []
    for i, name in enumerate(weights.signals):
        value = signals.values.get(name, 0.0)
        if value == 0.0 and name not in ("sel.none",):
            continue
        pull = math.fsum(weights.weight[cut][i] * x[i] for cut in range(weights.cuts))
        ranked.append((abs(pull), pull, name, value))
    ranked.sort(key=lambda item: (-item[0], item[2]))
    return tuple(
        f"{_say(name, value)}: {'easier' if pull > 0 else 'harder'}"
        for _, pull, name, value in ranked[:count]
    )


def flips(signals: Signals, weights: Weights, situation: Situation) -> Flips:
    """Try each signal at its absence and at three times its count; the least change counts."""
    ladder = situation.ladder
    base = decide(signals, estimate(signals, weights, ladder), situation)
    here = ladder.rank(base.routed)
    best: dict[str, tuple[float, str]] = {}
    for name, value in signals.values.items():
        if name.startswith("action.") or name not in weights.signals:
            continue
        for other in {0.0, round(math.log1p(3 * math.expm1(value) + 1), 9)}:
            if other == value:
                continue
            changed = replace(signals, values={**signals.values, name: other})
            there = ladder.rank(
                decide(changed, estimate(changed, weights, ladder), situation).routed
            )
            if there == here:
                continue
            key = "cheaper" if there < here else "dearer"
            size = abs(other - value)
            if key not in best or size < best[key][0]:
                best[key] = (size, f"{_say(name, other)} instead of {_say(name, value)}")
    return Flips(
        best["cheaper"][1] if "cheaper" in best else None,
        best["dearer"][1] if "dearer" in best else None,
    )


def _say(name: str, value: float) -> str:
    if name.startswith("action."):
        return f"action {name.removeprefix('action.')}"
    if name.startswith("says."):
        return f"{name.removeprefix('says.')} words" if value else f"no {name[5:]} words"
    count = round(math.expm1(value))
    template = _WORDS.get(name, name)
    said = template.format(n=count, d=round(value))
    return _singular(said) if count == 1 else said


def _singular(text: str) -> str:
    first, _, rest = text.partition(" ")
    if first != "1":
        return text
    noun, _, more = rest.partition(" ")
    noun = noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
    return f"1 {noun} {more}".strip()
