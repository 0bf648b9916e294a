"""What goes to a model and what was left out, after ignore rules and secrets were applied."""

from __future__ import annotations

from typing import Literal

from tierwise.core.dataclass import dataclass

ItemKind = Literal[
    "selection", "cursor", "above", "below", "around", "head", "within", "related", "usage",
    "diagnostics", "file", "outline", "diff", "tests", "card",
]  # fmt: skip
"""What a piece is. These are pieces of the file that is worked on: the `selection`, or the line of
the `cursor` with a mark in it; the lines `above` and `below` it, or those `around` a cursor at
which nothing is to be written; the `head` with the imports; `within`, the first lines of the
definitions that enclose it. `tests` is the file that tests go to, `card` a few lines on what the
project is."""


@dataclass(frozen=True, slots=True)
class ContextItem:
    """A piece of context. `path` is workspace-relative, lines count from 1 and are inclusive.

    `why` says in a few words why it was chosen. `short` is a shorter item that is sent instead
    where this one does not fit. `part` is true if it begins or ends within a line. `changes` is the
    name to change in this piece, if the request changes every use of a name; else "".
    """

    kind: ItemKind
    path: str
    language: str | None
    start_line: int
    end_line: int
    text: str
    tokens: int
    why: str = ""
    short: ContextItem | None = None
    part: bool = False
    changes: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or piece that was not sent, and why, in words for the operator.

    `uses` is the name because of which the file was proposed, else "". Of files with such a name
    the operator is told only how many there are.
    """

    path: str
    why: str
    uses: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything one request may send, in order of rank; a tier is sent what its model has room
    for.

    `secrets` maps each placeholder that is in an item to the text it stands for; it stays in memory
    and is used to restore the edit.
    """

    items: tuple[ContextItem, ...]
    left_out: tuple[LeftOut, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    tokens: int = 0
