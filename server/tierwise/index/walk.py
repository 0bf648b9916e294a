"""The files of a folder that may be indexed, found folder by folder.

Whatever the ignore rules keep back is not entered; links are not followed, since what they
name inside the folder is found by its own name and what lies outside is not the project's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from tierwise.context.ignore import HARD_FILES, IgnoreLook, IgnoreRules
from tierwise.index.content import vendored

NEVER: Final = frozenset((".git", ".hg", ".svn", ".jj"))
"""Folders of version control."""
_IGNORE_FILES: Final = frozenset((*HARD_FILES, ".gitignore"))

_Stamps = tuple[tuple[str, int, int], ...]
"""Ignore files that count in a folder: path, time stamp and size of each."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the file system tells of it. `mtime` is in nanoseconds, `size` in bytes."""

    path: str
    mtime: int
    size: int
    inode: int


@dataclass
class Walker:
    """Walks below one root again and again.

    The verdict on an entry depends on the ignore files above it alone. It is kept as long as
    those are the same, so that a later walk costs little more than its system calls.
    """

    root: Path
    rules: IgnoreRules
    _verdicts: dict[str, tuple[_Stamps, dict[str, bool]]] = field(default_factory=dict)

    def files(self) -> Iterator[Seen]:
        """The regular files below the root that no rule keeps back."""
        look = self.rules.look()
        verdicts: dict[str, tuple[_Stamps, dict[str, bool]]] = {}
        folders = [("", _above(self.root))]
        while folders:
            here, stamps = folders.pop()
            try:
                with os.scandir(self.root / here) as found:
                    entries = [entry for entry in found if _nameable(entry.name)]
            except OSError:
                continue
            stamps = (*stamps, *_stamps(here, entries))
            before = self._verdicts.get(here)
            known = before[1] if before is not None and before[0] == stamps else {}
            kept: dict[str, bool] = {}
            for entry in entries:
                try:
                    seen = self._seen(entry, here, look, known, kept)
                except OSError:
                    continue
                if isinstance(seen, str):
                    folders.append((seen, stamps))
                elif seen is not None:
                    yield seen
            verdicts[here] = (stamps, kept)
        self._verdicts = verdicts

    def may(self, path: str) -> bool:
        """Whether a walk would come to a file of this path."""
        folders = PurePosixPath(path).parents
        if any(f.name in NEVER or vendored(f.as_posix()) for f in folders if f.name):
            return False
        if any((self.root / folder).is_symlink() for folder in folders):
            return False
        return self.rules.judge(self.root / path).kind == "open"

    def _seen(
        self,
        entry: os.DirEntry[str],
        here: str,
        look: IgnoreLook,
        known: dict[str, bool],
        kept: dict[str, bool],
    ) -> Seen | str | None:
        """A file, a folder to enter (its path with a slash), or None for what is left alone."""
        name = entry.name
        if entry.is_symlink():
            return None
        folder = entry.is_dir(follow_symlinks=False)
        inside = f"{here}{name}"
        if folder and (name in NEVER or vendored(inside)):
            return None
        # A file that became a folder of the same name is judged anew.
        key = f"{name}/" if folder else name
        may = known.get(key)
        if may is None:
            may = not look.closed(entry.path) if folder else look.judge(entry.path).kind == "open"
        kept[key] = may
        if not may:
            return None
        if folder:
            return f"{inside}/"
        told = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(told.st_mode):
            return None
        return Seen(inside, told.st_mtime_ns, told.st_size, told.st_ino)


def _stamps(here: str, entries: list[os.DirEntry[str]]) -> Iterator[tuple[str, int, int]]:
    for entry in sorted(
        (e for e in entries if e.name.lower() in _IGNORE_FILES), key=lambda e: e.name
    ):
        try:
            told = entry.stat()
        except OSError:
            continue
        yield f"{here}{entry.name}", told.st_mtime_ns, told.st_size


def _above(root: Path) -> _Stamps:
    """The ignore files above the root, up to the repository it lies in, and git's own list."""
    tops = (root, *root.parents)
    depth = next((n for n, top in enumerate(tops) if (top / ".git").exists()), 0)
    files = [top / name for top in tops[1 : depth + 1] for name in (".gitignore",)]
    files.append(tops[depth] / ".git" / "info" / "exclude")
    found = [(str(tops[depth]), 0, 0)]
    for file in files:
        try:
            told = file.stat()
        except OSError:
            continue
        found.append((str(file), told.st_mtime_ns, told.st_size))
    return tuple(found)


def _nameable(name: str) -> bool:
    """Whether a name can be written as text; the database keeps no other."""
    if name.isascii():
        return True
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
