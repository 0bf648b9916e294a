"""Indentation: the unit a text uses, and lines moved or brought to another unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

USUAL: Final = "    "
_WIDTHS: Final = (2, 3, 4, 8)
"""Widths of an indentation that count as a unit."""


def indent_of(line: str) -> str:
    """The blanks and tabs a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def unit_of(lines: Sequence[str]) -> str | None:
    """One step of indentation in a text: a tab, or some blanks; None if the text has no
    indentation.
    """
    indents = [indent_of(line) for line in lines if line.strip()]
    tabs = sum(1 for i in indents if i.startswith("\t"))
    blanks = sum(1 for i in indents if i.startswith(" "))
    if tabs or blanks:
        if tabs >= blanks:
            return "\t"
        steps: Counter[int] = Counter()
        for above, below in zip(["", *indents], indents, strict=False):
            if len(below) > len(above) and "\t" not in below:
                steps[len(below) - len(above)] += 1
        usual = [width for width, _ in steps.most_common() if width in _WIDTHS]
        if usual:
            return " " * usual[0]
        return " " * min((len(i) for i in indents if i.startswith(" ")), default=4)
    return None


def in_unit(lines: Sequence[str], unit: str, fixed: Collection[int] = ()) -> list[str] | None:
    """The lines with their indentation in another unit. None if an indentation of theirs cannot be
    written in that unit.

    Lines in `fixed` (by number) stay as they are: they are text, not code.
    """
    own = unit_of([line for n, line in enumerate(lines) if n not in fixed])
    if own is None or own == unit:
        return list(lines)
    made = []
    for number, line in enumerate(lines):
        indent = indent_of(line)
        if number in fixed or not indent or not line.strip():
            made.append(line)
            continue
        steps, rest = 0, indent
        while rest.startswith(own):
            steps, rest = steps + 1, rest[len(own) :]
        if rest and unit != "\t" and own != "\t":
            return None
        if "\t" in rest:
            return None
        made.append(unit * steps + rest + line[len(indent) :])
    return made


def moved(lines: Sequence[str], have: str, want: str, fixed: Collection[int] = ()) -> list[str]:
    """The lines moved from one indentation to another. Deeper lines stay deeper by as much."""
    if have == want:
        return list(lines)
    made = []
    for number, line in enumerate(lines):
        if number in fixed or not line.strip():
            made.append(line)
            continue
        indent = indent_of(line)
        if indent.startswith(have):
            made.append(want + line[len(have) :])
        else:
            less = max(0, len(want) - (len(have) - len(indent)))
            made.append(want[:less] + line[len(indent) :])
    return made
