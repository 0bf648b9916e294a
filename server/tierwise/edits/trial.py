"""How many syntax errors a file would have if other lines replaced some of its own. It helps to
choose between several ways to put lines into it.
"""

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
    """A file with a gap where some of its lines were. Call it with lines for the gap: it returns
    how many syntax errors the file has with them.

    `above` and `below` are the text around the gap, or the parts of it that matter.
    """

    above: str
    below: str
    language: str | None

    def __call__(self, lines: Sequence[str]) -> int:
        text = f"{self.above}{chr(10).join(lines)}\n{self.below}"
        return errors(text, self.language) or 0


def reading(lines: Sequence[str], first: int, last: int, language: str | None) -> Reading | None:
    """The file with a gap at the lines [first, last), to test other lines there. None if the
    language has no grammar or the file is too large.
    """
    above, below = "".join(lines[:first]), "".join(lines[last:])
    own = "".join(lines[first:last])
    size = len(above) + len(own) + len(below)
    if size > LARGEST or errors("", language) is None:
        return None
    if size >= LEAST:
        above, below = around(above, own, below, language)
    return Reading(above, below, language)
