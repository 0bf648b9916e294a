"""The weights as a file one can read: a line per fact, a line per tree, grams in short rows."""

from __future__ import annotations

import json
from typing import Any, Final

WIDTH: Final = 160
"""Characters of a line of grams, about."""


def text(data: dict[str, Any]) -> str:
    """The JSON text of the contents of a weights file."""
    parts = [f'"{key}": {_dump(value)}' for key, value in data.items() if key not in _LONG]
    parts += [f'"{key}": [\n{_questions(data[key])}\n]' for key in ("cuts", "accepts")]
    parts.append('"grams": {\n' + _grams(data["grams"]) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


_LONG: Final = ("cuts", "accepts", "grams")


def _questions(cuts: list[dict[str, Any]]) -> str:
    shown = []
    for cut in cuts:
        lines = [f'"{key}": {_dump(value)}' for key, value in cut.items() if key != "trees"]
        grown = ",\n".join(_dump(tree) for tree in cut["trees"])
        shown.append("{\n" + ",\n".join([*lines, f'"trees": [\n{grown}\n]']) + "\n}")
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
