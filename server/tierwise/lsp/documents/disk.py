"""Files created, renamed and deleted for a client that cannot do it within an edit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierwise.core.views import FileChange
from tierwise.edits import nofollow
from tierwise.edits.confine import Confine


def perform(change: FileChange, roots: Sequence[Path]) -> None:
    """Do what a change says to a file, never over one that is there. Raises `OSError`.

    The path is judged again here, as late as can be, and no link is followed on the way.
    """
    confine = Confine(tuple(roots))
    root, path = _place(confine, change.uri)
    if change.kind == "create":
        nofollow.create(root, path, change.edits[0].new_text)
    elif change.kind == "delete":
        nofollow.delete(root, path)
    elif change.kind == "rename" and change.to_uri is not None:
        nofollow.rename(root, path, *_place(confine, change.to_uri))


def _place(confine: Confine, uri: str) -> tuple[Path, Path]:
    path = confine.path_of(uri)
    judged = confine.judge(path) if path is not None else None
    if judged is None or judged.real is None or judged.root is None:
        raise OSError("not a file of the workspace")
    return judged.root, judged.real
