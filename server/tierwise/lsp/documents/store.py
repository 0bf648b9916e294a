"""Holds the editor's documents, and reads files from disk. Lines are split as LSP splits them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range, Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.edits.splice import Splice, Step
from tierwise.syntax.positions import Encoding, LineIndex, index_of
from tierwise.tasks.window import disk
from tierwise.tasks.window.disk import path_of


@dataclass
class Open:
    """An open document. Its line index and snapshot are made on demand and dropped on a change."""

    uri: str
    version: int
    language: str
    text: str
    _index: LineIndex | None = None
    _snapshot: Snapshot | None = None

    @property
    def index(self) -> LineIndex:
        if self._index is None:
            self._index = index_of(self.text)
        return self._index

    @property
    def snapshot(self) -> Snapshot:
        """The document as it is; the same object until it changes."""
        kept = self._snapshot
        if kept is None or kept.version != self.version or kept.text is not self.text:
            path = path_of(self.uri)
            kept = Snapshot(self.uri, path, self.version, self.language, self.text)
            self._snapshot = kept
        return kept

    def change(self, text: str) -> None:
        self.text, self._index = text, None


@dataclass
class DocumentStore:
    """All documents that one editor window has open. Implements `tasks.api.Documents`."""

    encoding: Encoding = "utf-16"
    folders: list[Path] = field(default_factory=list)
    open: dict[str, Open] = field(default_factory=dict)
    """The open documents, by their URIs as the client spells them."""
    _spelled: dict[str, str] = field(default_factory=dict)
    """The client's spelling of an open document's URI, by what the URI means."""

    def known(self, uri: str) -> Open | None:
        """The open document that a URI means, however it is spelled: escaped or not, or by a
        link that leads to the same file."""
        doc = self.open.get(uri)
        return doc if doc is not None else self.open.get(self._spelled.get(_meaning(uri), ""))

    def did_open(self, item: types.TextDocumentItem) -> Snapshot:
        """Keep the text of a document that was opened."""
        self.open[item.uri] = Open(item.uri, item.version, item.language_id, item.text)
        self._spelled[_meaning(item.uri)] = item.uri
        return self.snapshot(item.uri)

    def did_change(
        self,
        uri: str,
        version: int,
        changes: Iterable[types.TextDocumentContentChangeEvent],
    ) -> tuple[Snapshot, Sequence[Step]] | None:
        """Apply the changes of a document. Return its new snapshot, and for each change the text
        before and after it.

        Returns None if the document is not open.
        """
        doc = self.known(uri)
        if doc is None:
            return None
        steps = []
        for change in changes:
            before, splice = doc.text, None
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = change.range.start, change.range.end
                index = doc.index
                a = index.offset(index.from_wire(start.line, start.character, self.encoding))
                b = index.offset(index.from_wire(end.line, end.character, self.encoding))
                splice = Splice(min(a, b), max(a, b), change.text)
                doc.change(splice.on(doc.text))
            else:
                doc.change(change.text)
            steps.append(Step(before, doc.text, splice))
        doc.version = version
        return self.snapshot(uri), steps

    def did_close(self, uri: str) -> None:
        """Forget the text of a document that was closed."""
        doc = self.known(uri)
        if doc is not None:
            del self.open[doc.uri]
            self._spelled.pop(_meaning(doc.uri), None)

    def snapshot(self, uri: str) -> Snapshot:
        """The open document, else the file on disk. Raises `BadRequest` if neither can be read."""
        doc = self.known(uri)
        if doc is not None:
            return doc.snapshot
        return disk.snapshot(uri, path_of(uri))

    def open_documents(self) -> Sequence[Snapshot]:
        """All documents the editor has open."""
        return [self.snapshot(uri) for uri in self.open]

    def roots(self) -> Sequence[Path]:
        """The workspace folders."""
        return tuple(self.folders)

    def index(self, uri: str) -> LineIndex:
        """The line index of a document, cached while it is open.

        Raises `BadRequest` if the document is not open and its file cannot be read.
        """
        doc = self.known(uri)
        return doc.index if doc is not None else LineIndex(self.snapshot(uri).text)

    def from_wire(self, uri: str, span: types.Range) -> Range:
        """Convert a range as the client counts it (such as in UTF-16) to code points.

        A column past the end of its line is moved to that end, and so is an end of the range past
        the document's.

        Raises `BadRequest` if the first line is past the end of the document.
        """
        index = self.index(uri)
        start = index.from_wire(span.start.line, span.start.character, self.encoding)
        end = index.from_wire(span.end.line, span.end.character, self.encoding)
        if span.start.line >= index.line_count:
            reason = ErrorReason.of(
                "past_the_end", line=span.start.line + 1, lines=index.line_count
            )
            raise BadRequest(reason)
        return Range(min(start, end), max(start, end))

    def to_wire(self, uri: str, span: Range) -> types.Range:
        """Convert a range in code points to one as the client counts it, such as in UTF-16.

        In a file that does not exist yet, every range becomes the place 0:0.
        """
        try:
            index = self.index(uri)
        except BadRequest:
            index = LineIndex("")
        a = index.to_wire(span.start, self.encoding)
        b = index.to_wire(span.end, self.encoding)
        return types.Range(types.Position(*a), types.Position(*b))


def _meaning(uri: str) -> str:
    """A key that all spellings of a URI share: a file's real path, else the unescaped URI."""
    path = path_of(uri)
    return os.path.realpath(path) if path is not None else unquote(uri)
