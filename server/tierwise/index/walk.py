"""Finds the files of a folder that may be indexed, folder by folder.

It does not enter what the ignore rules keep back. It follows no links: a target inside the folder
is found by its own path, and one outside does not belong to the project.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import field
from pathlib import Path, PurePosixPath
from typing import Final

from tierwise.context.ignore import HARD_FILES, IgnoreLook, IgnoreRules
from tierwise.core.dataclass import dataclass
from tierwise.index.content import vendored

NEVER: Final = frozenset((".git", ".hg", ".svn", ".jj"))
"""Folders of version control."""
_IGNORE_FILES: Final = frozenset((*HARD_FILES, ".gitignore"))

_Stamps = tuple[tuple[str, int, int], ...]
"""The ignore files that apply to a folder: path, time stamp and size of each."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the file system shows it. `mtime` is in nanoseconds, `size` in bytes."""

    path: str
    mtime: int
    size: int
    inode: int


class Gate:
    """Decides whether a walk of the folder would reach a file now.

    Rules may have changed since the last walk, and folders may have become links. Make a new one
    for each pass over a few files.
    """

    def __init__(self, root: Path, look: IgnoreLook) -> None:
        self._root, self._look = os.path.realpath(root), look
        self._entered: dict[str, bool] = {}

    def opens(self, path: str) -> bool:
        """Whether a walk would reach a file of this path, if there is one."""
        folder = path.rpartition("/")[0]
        if folder not in self._entered:
            self._entered[folder] = self._enters(folder)
        return self._entered[folder] and self._look.judge(self._at(path)).kind == "open"

    def _enters(self, folder: str) -> bool:
        for above in (folder, *(str(p) for p in PurePosixPath(folder).parents)):
            if PurePosixPath(above).name in NEVER or vendored(above):
                return False
        here = self._at(folder)
        return os.path.realpath(here) == here

    def _at(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._root, path))


@dataclass
class Walker:
    """Lists the files below one folder that may be indexed, again and again.

    Only the ignore files above an entry decide about it. A verdict is kept as long as those did not
    change, so a later walk costs little more than its system calls.
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

    def gate(self) -> Gate:
        """The rules as they are now, for a few paths that an earlier walk reached."""
        return Gate(self.root, self.rules.look())

    def _seen(
        self,
        entry: os.DirEntry[str],
        here: str,
        look: IgnoreLook,
        known: dict[str, bool],
        kept: dict[str, bool],
    ) -> Seen | str | None:
        """A file, the path of a folder to enter (with a slash at its end), or None to skip the
        entry.
        """
        name = entry.name
        if entry.is_symlink():
            return None
        folder = entry.is_dir(follow_symlinks=False)
        inside = f"{here}{name}"
        if folder and (name in NEVER or vendored(inside)):
            return None
        # A file that became a folder of the same name needs a new verdict.
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


def as_spelled(path: str, names: Callable[[str], Collection[str]]) -> str:
    """A path that exists, spelled as on disk. `names` lists a folder.

    On some file systems case does not matter. There an editor may spell a path differently than a
    walk does, and the index would hold one file twice.
    """
    found: list[str] = []
    for part in path.split("/"):
        there = names("/".join(found))
        same = [name for name in there if name.casefold() == part.casefold()]
        found.append(part if part in there or not same else same[0])
    return "/".join(found)


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
    """The ignore files above the root, up to its repository, and git's `info/exclude`."""
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
    """Whether a name can be encoded as UTF-8. The database holds no other names."""
    if name.isascii():
        return True
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
