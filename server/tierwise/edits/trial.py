"""How well a file would parse if other lines replaced some of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.syntax.parse import errors
from tierwise.syntax.touched import LEAST, around

LARGEST: Final = 400_000
"""The most characters of a file that is parsed to compare ways of putting lines into it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, or the part of it that matters, without some of its lines, to test others in their
    place.

    Call it with these other lines. It returns how many syntax errors there are then.
    """

    above: str
    below: str
    language: str | None

    def __call__(self, lines: Sequence[str]) -> int:
        text = f"{self.above}{chr(10).join(lines)}\n{self.below}"
        return errors(text, self.language) or 0


def reading(lines: Sequence[str], first: int, last: int, language: str | None) -> Reading | None:
    """Prepare to test other lines in place of the lines [first, last) of a file (a `Reading`). None
    if the language has no grammar or the file is too large.
    """
    above, below = "".join(lines[:first]), "".join(lines[last:])
    own = "".join(lines[first:last])
    size = len(above) + len(own) + len(below)
    if size > LARGEST or errors("", language) is None:
        return None
    if size >= LEAST:
        above, below = around(above, own, below, language)
    return Reading(above, below, language)
