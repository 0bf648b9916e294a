"""What goes to a model and what was left out, after ignore rules and secrets were applied."""

from __future__ import annotations

from typing import Literal

from tierwise.core.dataclass import dataclass

ItemKind = Literal[
    "selection", "cursor", "above", "below", "around", "head", "within", "related", "usage",
    "diagnostics", "file", "outline", "diff", "tests", "card",
]  # fmt: skip
"""What a piece is. Of the file that is worked on: the `selection`, or the `cursor` with a mark in
it; what stands `above` and `below`, or `around` a cursor that nothing is written at; the `head`
with its imports; the first lines of the definitions it stands `within`. `tests` is the file that
tests go to, `card` a few lines on what the project is."""


@dataclass(frozen=True, slots=True)
class ContextItem:
    """A piece of context. `path` is workspace-relative, lines count from 1 and are inclusive.

    `why` says in a few words why it was chosen; `short` is what stands for it where it does
    not fit. `part` tells that it begins or ends within a line. `changes` is the name that is to
    change there, of a piece that a change everywhere is about; "" for any other.
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

    `uses` is a name that it uses, where it was proposed for that; such files are counted.
    """

    path: str
    why: str
    uses: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything one request may send, in order of rank; a tier is sent what fits its window.

    `secrets` maps each placeholder that is in an item to the text it stands for; it
    stays in memory and is used to restore the edit.
    """

    items: tuple[ContextItem, ...]
    left_out: tuple[LeftOut, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    tokens: int = 0
