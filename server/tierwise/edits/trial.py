"""How a file would parse with other lines in place of some of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.syntax.parse import errors

LARGEST: Final = 400_000
"""Characters of a file up to which ways of putting lines into it are tried by parsing it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file without some of its lines. Called with lines in their place, it counts the syntax
    errors.
    """

    above: str
    below: str
    language: str | None

    def __call__(self, lines: Sequence[str]) -> int:
        text = f"{self.above}{chr(10).join(lines)}\n{self.below}"
        return errors(text, self.language) or 0


def reading(lines: Sequence[str], first: int, last: int, language: str | None) -> Reading | None:
    """For the lines [first, last) of a file; None without a grammar or where it is too large."""
    if sum(len(line) for line in lines) > LARGEST or errors("", language) is None:
        return None
    return Reading("".join(lines[:first]), "".join(lines[last:]), language)
