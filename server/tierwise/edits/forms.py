"""The forms in which an answer can express an edit: blocks, and fences of code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from tierwise.core.dataclass import dataclass

TOOL: Final = "edit_files"
"""The info string of a fence that holds the arguments of the edit tool, as JSON."""

Problem = Literal["cut off", "ended early", "garbled"]
Known = Callable[[str], bool]
"""A function that says whether a name is a file of the task or of the workspace."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace `old` by `new` in a file. An empty `old` creates the file. Paths are as the answer
    wrote them.

    `others` holds the other readings of a block in which more than one line looks like the
    divider between old and new. A `path` of "" is the file of the selection.
    """

    path: str
    old: str
    new: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a file a new path."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a file."""

    path: str


Change = Replace | Rename | Delete


@dataclass(frozen=True, slots=True)
class Whole:
    """One fenced block of code. The action decides what it replaces.

    `path` is the file that the line above or the fence itself names, "" if none does.
    `quoted` says that it is inside a sentence, as examples are.
    """

    text: str
    language: str
    path: str = ""
    quoted: bool = False
