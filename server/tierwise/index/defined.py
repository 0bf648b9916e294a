"""A definition found in a text. The text need not be that of a file."""

from __future__ import annotations

from tierwise.core.dataclass import dataclass
from tierwise.index.facts import Level


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition found in a text. Lines count from 1, and `end_line` belongs to it."""

    name: str
    kind: str
    start_line: int
    end_line: int
    level: Level
