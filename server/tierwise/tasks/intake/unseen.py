"""Finds the files that a rename did not see: they use the name and were neither open
nor attached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tierwise.tasks.intake.test_place import alike, files_of

LARGEST: Final = 400_000
"""Bytes of the largest file that is searched."""
ALL: Final = 30_000_000
"""Bytes of a project that are searched. The rest is not."""


def users(
    name: str, own: Path, root: Path, seen: Sequence[str], may: Callable[[Path], bool]
) -> list[str]:
    """Paths below the workspace folder `root` of files that use a name.

    Files in `seen`, and files for which `may` is False, are left out. Only files whose language
    goes with that of `own` are searched.
    """
    word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    return [
        path.relative_to(root).as_posix()
        for path, text in _texts(own, root, frozenset(seen))
        if word.search(text) and may(path)
    ]


def _texts(own: Path, root: Path, seen: frozenset[str]) -> Iterator[tuple[Path, str]]:
    left = ALL
    for path in files_of(root):
        if not alike(path, own) or str(path) in seen:
            continue
        try:
            size = path.stat().st_size
            if size > LARGEST:
                continue
            left -= size
            if left < 0:
                return
            yield path, path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
