"""Names that tell the workspace folders of an editor window apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def folder_name(root: Path, roots: Sequence[Path]) -> str:
    """The shortest end of a folder's path that no other workspace folder has, such as `api` or
    `b/api`.
    """
    for count in range(1, len(root.parts)):
        parts = root.parts[-count:]
        if sum(other.parts[-count:] == parts for other in roots) < 2:
            return "/".join(parts)
    return root.as_posix().strip("/")
