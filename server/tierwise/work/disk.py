"""A workspace without an editor: documents are files on disk, and edits are written to disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.core.views import FileChange
from tierwise.edits import nofollow
from tierwise.syntax import encoding
from tierwise.syntax.languages import of_path
from tierwise.syntax.positions import index_of
from tierwise.tasks.window import disk
from tierwise.tasks.window.disk import path_of


@dataclass
class DiskDocuments:
    """The files of workspace folders, read from disk. `unsaved` has texts that are used in place of
    files, by URI, because the editor had not saved them.
    """

    folders: tuple[Path, ...]
    unsaved: dict[str, str] = field(default_factory=dict)

    def snapshot(self, uri: str) -> Snapshot:
        """The file as it is on disk, or its unsaved text. Raises `BadRequest` with a sentence."""
        path = path_of(uri)
        text = self.unsaved.get(uri)
        if text is not None and path is not None:
            return Snapshot(uri, path, None, of_path(path), text)
        return disk.snapshot(uri, path)

    def open_documents(self) -> Sequence[Snapshot]:
        """No documents, because there is no editor."""
        return ()

    def roots(self) -> Sequence[Path]:
        """The workspace folders."""
        return self.folders


def write(changes: Sequence[FileChange], root: Path) -> None:
    """Write an edit to disk. A file keeps its encoding, line ends and mode. Raises `OSError`.

    The new texts of all changed files are made before the first file is written.
    """
    texts = {c.uri: _changed(c) for c in changes if c.kind == "text"}
    for change in changes:
        path = _path(change.uri)
        match change.kind:
            case "text":
                _replace(path, texts[change.uri])
            case "create":
                nofollow.create(_root(root, path), path, change.edits[0].new_text)
            case "delete":
                nofollow.delete(_root(root, path), path)
            case "rename":
                assert change.to_uri is not None
                to = _path(change.to_uri)
                nofollow.rename(_root(root, path), path, _root(root, to), to)


def _path(uri: str) -> Path:
    path = path_of(uri)
    if path is None:
        raise OSError("an edit of something that is no file")
    return Path(path).resolve()


def _root(root: Path, path: Path) -> Path:
    """The folder from which a path is opened: the root if the path is inside, else the drive's
    root.
    """
    whole = root.resolve()
    return whole if path.is_relative_to(whole) else Path(path.anchor)


def _changed(change: FileChange) -> bytes:
    """The new bytes of a file."""
    raw = _path(change.uri).read_bytes()
    text = encoding.decode(raw)[0]
    index = index_of(text)
    spans = [
        (index.offset(e.range.start), index.offset(e.range.end), e.new_text) for e in change.edits
    ]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return encoding.encode(text, raw)


def _replace(path: Path, data: bytes) -> None:
    """Replace the whole content of a file, so that a kill leaves either the old or the new one."""
    temporary = path.with_name(f".{path.name}.tierwise")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, temporary)
    temporary.replace(path)
