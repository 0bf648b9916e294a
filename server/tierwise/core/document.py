"""Snapshots of documents: frozen on entry, so that no handler sees newer text half-way."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

CELL = "vscode-notebook-cell"
"""The scheme under which VS Code names a cell of a notebook, by the notebook's path."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Snapshot:
    """A document as it was when a request arrived.

    `version` is the editor's (`None` for a file read from disk). `path` is the local
    path, `None` for a document that has none (untitled). `text` keeps its line ends.
    """

    uri: str
    path: str | None
    version: int | None
    language: str | None
    text: str

    @property
    def file(self) -> str | None:
        """The local file whose rules apply: the document's own, or the notebook that the cell is
        part of.
        """
        if self.path is not None or not self.uri.startswith(f"{CELL}:"):
            return self.path
        path = unquote(urlsplit(self.uri).path)
        return path[1:] if len(path) > 2 and path[2] == ":" else path


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Line and character from 0; characters are Unicode code points, not wire units."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Range:
    """Half-open range between two positions."""

    start: Position
    end: Position
