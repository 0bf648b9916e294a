"""What goes to a model and what was left out, after ignore rules and secrets were applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ItemKind = Literal[
    "selection", "symbol", "related", "usage", "imports", "diagnostics", "file", "outline", "diff"
]


@dataclass(frozen=True, slots=True)
class ContextItem:
    """A piece of context. `path` is workspace-relative, lines count from 1 and are inclusive.

    `why` says in a few words why it was chosen; `short` is what stands for it where it does
    not fit.
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or piece that was not sent, and why, in words for the operator."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything one request may send, in order of rank; a tier is sent what fits its window.

    `secrets` maps each placeholder that stands in an item to the text it stands for; it
    stays in memory and is used to restore the edit.
    """

    items: tuple[ContextItem, ...]
    left_out: tuple[LeftOut, ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    tokens: int = 0
