"""The files of a folder that may be indexed, found folder by folder.

Whatever the ignore rules keep back is not entered; links are not followed, since what they
name inside the folder is found by its own name and what lies outside is not the project's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.context.ignore import IgnoreRules
from tierwise.index.content import vendored

NEVER: Final = frozenset((".git", ".hg", ".svn", ".jj"))
"""Folders of version control."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as the file system tells of it. `mtime` is in nanoseconds, `size` in bytes."""

    path: str
    mtime: int
    size: int
    inode: int


def walk(root: Path, rules: IgnoreRules) -> Iterator[Seen]:
    """The regular files below a root that no rule keeps back."""
    folders = [""]
    while folders:
        here = folders.pop()
        try:
            with os.scandir(root / here) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            continue
        below = []
        for entry in entries:
            inside = f"{here}{entry.name}"
            try:
                if entry.is_symlink() or not _nameable(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in NEVER and rules.judge(entry.path).kind == "open":
                        below.append(f"{inside}/")
                    continue
                known = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if not stat.S_ISREG(known.st_mode) or vendored(inside):
                continue
            if rules.judge(entry.path).kind == "open":
                yield Seen(inside, known.st_mtime_ns, known.st_size, known.st_ino)
        folders += reversed(below)


def _nameable(name: str) -> bool:
    """Whether a name can be written as text; the database keeps no other."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
