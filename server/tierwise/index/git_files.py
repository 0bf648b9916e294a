"""The files of git that change with every checkout and commit: `HEAD`, and the list of tracked
files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

Stamps = tuple[tuple[int, int, int], ...]
"""Time stamp, size and inode of each file. All are zero if the file does not exist."""
_POINTS_TO: Final = "gitdir:"


def stamps(root: Path) -> Stamps:
    """The time stamps, sizes and inodes of git's files for a folder. Empty if the folder is in no
    repository.
    """
    folder = _folder(root)
    return tuple(_stamp(folder / name) for name in ("HEAD", "index")) if folder else ()


def _folder(root: Path) -> Path | None:
    """The folder where git keeps its files for a folder.

    A work tree and a submodule have a `.git` file that names another folder.
    """
    for above in (root, *root.parents):
        mark = above / ".git"
        if mark.is_dir():
            return mark
        try:
            said = mark.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if said.startswith(_POINTS_TO):
            return Path(os.path.join(above, said.removeprefix(_POINTS_TO).strip()))
    return None


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino
