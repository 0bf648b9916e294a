"""Git's own files that tell of another commit or branch: `HEAD`, and the list of what it tracks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

Stamps = tuple[tuple[int, int, int], ...]
"""Time stamp, size and inode of each file; zeros where there is none."""
_POINTS_TO: Final = "gitdir:"


def stamps(root: Path) -> Stamps:
    """The state of git's files for a folder; empty where it lies in no repository."""
    folder = _folder(root)
    return tuple(_stamp(folder / name) for name in ("HEAD", "index")) if folder else ()


def _folder(root: Path) -> Path | None:
    """Where git keeps its files for a folder. A work tree and a submodule have a file instead
    that names another folder."""
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
