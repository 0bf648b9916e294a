"""Writes the weights as a readable file: a line per fact, a line per tree, grams in short rows."""

from __future__ import annotations

import json
from typing import Any, Final

WIDTH: Final = 160
"""About how many characters a line of grams has."""


def text(data: dict[str, Any]) -> str:
    """The JSON text of the contents of a weights file."""
    parts = [f'"{key}": {_dump(value)}' for key, value in data.items() if key not in _LONG]
    parts += [f'"{key}": [\n{_questions(data[key])}\n]' for key in ("cuts", "accepts")]
    for key in ("forest", "accept_forest"):
        parts.append(f'"{key}": [\n' + ",\n".join(map(_dump, data[key])) + "\n]")
    parts.append('"grams": {\n' + _grams(data["grams"]) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def dated(data: dict[str, Any], before: str | None, today: str) -> dict[str, Any]:
    """The contents with the day they were fitted.

    If nothing else differs from the file before, its day is kept, so that the same data makes the
    same bytes on any day.
    """
    old = _day(before)
    for day in (old, today):
        made = {**data, "about": {"fitted": day, **data["about"]}}
        if day == today or (day is not None and text(made) == before):
            return made
    raise AssertionError("the day of now is always taken")


def _day(before: str | None) -> str | None:
    """The day that the text of a weights file names, None if it names none."""
    try:
        day = json.loads(before or "")["about"]["fitted"]
    except (ValueError, KeyError, TypeError):
        return None
    return day if isinstance(day, str) else None


_LONG: Final = ("cuts", "accepts", "forest", "accept_forest", "grams")


def _questions(questions: list[dict[str, Any]]) -> str:
    shown = []
    for question in questions:
        lines = [f'"{key}": {_dump(value)}' for key, value in question.items() if key != "trees"]
        if "trees" in question:
            grown = ",\n".join(map(_dump, question["trees"]))
            lines.append(f'"trees": [\n{grown}\n]')
        shown.append("{\n" + ",\n".join(lines) + "\n}")
    return ",\n".join(shown)


def _grams(grams: dict[str, Any]) -> str:
    lines, line = [], ""
    for gram, entry in grams.items():
        item = f"{json.dumps(gram, ensure_ascii=False)}: {_dump(entry)}"
        if line and len(line) + len(item) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line}, {item}" if line else item
    return ",\n".join([*lines, line])


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
