"""Snapshots of documents: frozen on entry, so that no handler sees newer text half-way."""

from __future__ import annotations

from dataclasses import dataclass


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
