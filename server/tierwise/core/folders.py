"""What a workspace folder is called beside others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def folder_name(root: Path, roots: Sequence[Path]) -> str:
    """What a workspace folder is called beside others: as many of its last parts as it takes."""
    for count in range(1, len(root.parts)):
        parts = root.parts[-count:]
        if sum(other.parts[-count:] == parts for other in roots) < 2:
            return "/".join(parts)
    return root.as_posix().strip("/")
