"""Creates, renames and deletes files for a client that cannot do this within an edit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierwise.core.views import FileChange
from tierwise.edits import nofollow
from tierwise.edits.confine import Confine


def perform(change: FileChange, roots: Sequence[Path]) -> None:
    """Carry out a change of a file, but never overwrite an existing one. Raises `OSError`.

    The path was checked before. It is checked once more here, right before the change, and no
    link in it is followed.
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
