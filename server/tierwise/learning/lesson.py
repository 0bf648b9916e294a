"""A task as evidence that is sent to a team's gateway: numbers, and names of this program's own.

Nothing else can be in it. The receiver rebuilds a lesson from those numbers, so that an unknown
name is refused and never stored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.learning.observation import (
    REFERENCE,
    Cell,
    LearnerAnswer,
    LearnerTask,
    Observation,
    spread,
)

SIGNALS: Final = frozenset({*REFERENCE, "shipped", "slope"})
"""The measured signals of a task that may be sent."""
_LANGUAGE: Final = re.compile(r"[a-z][a-z0-9+#-]{0,19}\Z")
_ID: Final = re.compile(r"[0-9a-f]{16}\Z")
MOST_ANSWERS: Final = 8
LARGEST: Final = 1e15
"""The largest number that is accepted, in nano-dollars for a cost."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one task showed, as numbers that a team's router may learn from.

    `id` never changes, so that the task teaches only once. `ripe_ms` is when no more outcomes were
    expected.
    """

    id: str
    ripe_ms: int
    seen: Observation


def to_json(lesson: Lesson) -> dict[str, Any]:
    """A lesson as the JSON data that is sent to a team's gateway."""
    seen, task = lesson.seen, lesson.seen.task
    language = task.cell.language
    return {
        "id": lesson.id,
        "ripeMs": lesson.ripe_ms,
        "action": task.cell.action,
        "language": language if language and _LANGUAGE.match(language) else None,
        "signals": {
            name: value
            for name in sorted(SIGNALS)
            if (value := task.features.get(name if name == "slope" else f"signal:{name}"))
            is not None
        },
        "logits": list(task.logits),
        "costs": list(task.costs),
        "redo": task.redo,
        "shipped": task.shipped,
        "accept": task.accept,
        "answers": [
            {
                "tier": a.tier, "kept": a.kept, "weight": a.weight, "settled": a.settled,
                "clicked": a.clicked, "cost": a.cost, "paired": a.paired,
            }
            for a in seen.answers[:MOST_ANSWERS]
        ],
        "overkill": seen.overkill,
        "propensity": seen.propensity,
        "labelled": seen.labelled,
        "atMs": seen.at_ms,
        "said": seen.said,
    }  # fmt: skip


def from_json(data: Any, project: str) -> Lesson:
    """The lesson in JSON data that was received. Raises `ValueError` if it is not valid.

    `project` is the key of the project that it is learned for.
    """
    try:
        action, language, name = data["action"], data["language"], data["id"]
        if action not in KINDS or not _ID.match(name):
            raise ValueError
        if language is not None and not _LANGUAGE.match(language):
            raise ValueError
        if not SIGNALS.issuperset(data["signals"]) or len(data["answers"]) > MOST_ANSWERS:
            raise ValueError
        logits = tuple(_number(value, -99, 99) for value in data["logits"])
        costs = tuple(_number(value) for value in data["costs"])
        if not 0 < len(logits) < 9 or len(costs) not in (0, len(logits) + 1):
            raise ValueError
        top = len(logits)
        cell = Cell(action, language, project)
        signals = {key: _number(value, -3, 3) for key, value in data["signals"].items()}
        task = LearnerTask(
            cell, logits, spread(cell, signals), costs,
            _number(data["redo"]), _rank(data["shipped"], top), _number(data["accept"], 0, 1),
        )  # fmt: skip
        overkill, said = data["overkill"], data["said"]
        seen = Observation(
            task,
            tuple(_answer(each, top) for each in data["answers"]),
            None if overkill is None else _rank(overkill, top),
            _number(data["propensity"], 0.001, 1),
            _flag(data["labelled"]),
            int(_number(data["atMs"])),
            None if said is None else _rank(said, top),
        )
        if not seen.answers and overkill is None:
            raise ValueError
        return Lesson(name, int(_number(data["ripeMs"])), seen)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise ValueError("this is no lesson") from None


def _answer(data: Mapping[str, Any], top: int) -> LearnerAnswer:
    clicked, cost = data["clicked"], data["cost"]
    return LearnerAnswer(
        _rank(data["tier"], top),
        _number(data["kept"], 0, 1),
        _number(data["weight"], 0, 10),
        _flag(data["settled"]),
        None if clicked is None else _flag(clicked),
        None if cost is None else _number(cost),
        _flag(data["paired"]),
    )


def _number(value: Any, least: float = 0, most: float = LARGEST) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    number = float(value)
    if not math.isfinite(number) or not least <= number <= most:
        raise ValueError
    return number


def _rank(value: Any, top: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= top:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value
