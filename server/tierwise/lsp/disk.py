"""Files created, renamed and deleted for a client that cannot do it within an edit."""

from __future__ import annotations

import os
from pathlib import Path

from tierwise.core.views import FileChange
from tierwise.edits.confine import write_new
from tierwise.lsp.documents import path_of


def perform(change: FileChange) -> None:
    """Do what a change says to a file, never over one that is there. Raises `OSError`."""
    path = _local(change.uri)
    if change.kind == "create":
        write_new(path, change.edits[0].new_text)
    elif change.kind == "delete":
        path.unlink()
    elif change.kind == "rename" and change.to_uri is not None:
        to = _local(change.to_uri)
        to.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, to, follow_symlinks=False)
        path.unlink()


def _local(uri: str) -> Path:
    path = path_of(uri)
    if path is None:
        raise OSError("not a local file")
    return Path(path)
