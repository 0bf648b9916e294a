"""Why a file is not in the index, for the operator who asks."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from tierwise.context.ignore import BUILT_IN, IgnoreRules
from tierwise.index.content import vendored
from tierwise.index.facts import FileState
from tierwise.index.walk import NEVER


def kept_back(root: Path, rules: IgnoreRules, path: str) -> FileState:
    """What keeps a file of a folder out of the index."""
    parts = PurePosixPath(path).parts
    if os.path.isabs(path) or ".." in parts:
        return FileState(path, "absent", "outside")
    try:
        found = os.lstat(root / path)
    except (OSError, ValueError):
        return FileState(path, "absent", "missing")
    folders = [PurePosixPath(*parts[:n]) for n in range(1, len(parts))]
    if stat.S_ISLNK(found.st_mode) or any((root / folder).is_symlink() for folder in folders):
        return FileState(path, "absent", "link")
    if any(folder.name in NEVER or vendored(folder.as_posix()) for folder in folders):
        return FileState(path, "absent", "vendored")
    if not stat.S_ISREG(found.st_mode):
        return FileState(path, "absent", "special")
    verdict = rules.judge(root / path)
    if verdict.by == BUILT_IN:
        return FileState(path, "absent", "keys")
    if verdict.kind != "open":
        return FileState(path, "absent", "ignored", verdict.by)
    return FileState(path, "absent", "unread")
