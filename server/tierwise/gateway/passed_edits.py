"""Edits that an agent made by tool calls, as hashes of their lines, and how many lines survive.

These are pure functions, except that `survival` reads the files.
"""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.gateway.evidence import ToolCall

LARGEST: Final = 1_000_000
"""A file with more bytes than this is not read."""

_PATHS: Final = ("file_path", "path", "filePath", "filename")
_OLD: Final = ("old_string", "oldString", "old_str", "old_text")
_NEW: Final = ("new_string", "newString", "new_str", "new_text", "content", "contents", "file_text")


@dataclass(frozen=True, slots=True)
class PassedEdit:
    """An edit of a file, as hashes of the lines that it added and removed."""

    path: str
    added: Counter[bytes]
    removed: Counter[bytes]


def edit_of(call: ToolCall) -> PassedEdit | None:
    """The edit that a tool call made. None if the call failed or edits nothing."""
    if call.failed or not call.edits:
        return None
    path = _text(call.input, _PATHS)
    if not path:
        return None
    changes = call.input.get("edits")
    parts = (
        [call.input, *(c for c in changes if isinstance(c, Mapping))]
        if isinstance(changes, list)
        else [call.input]
    )
    old: Counter[bytes] = Counter()
    new: Counter[bytes] = Counter()
    for part in parts:
        old += hashes(_text(part, _OLD).splitlines())
        new += hashes(_text(part, _NEW).splitlines())
    if not old and not new:
        return None
    return PassedEdit(path, new - old, old - new)


def survival(edits: Sequence[PassedEdit], root: Path) -> str | None:
    """Compare edits with the files now. The result is two shares as text, such as "0.9/1.0".

    The first is the share of added lines that are still there, the second that of removed lines
    that did not come back. None if there is nothing to compare. All edits of a file count as one,
    so a line that the agent added and later removed itself does not count.
    """
    kept = added = back = removed = 0
    for path in dict.fromkeys(edit.path for edit in edits):
        put: Counter[bytes] = sum((e.added for e in edits if e.path == path), Counter())
        taken: Counter[bytes] = sum((e.removed for e in edits if e.path == path), Counter())
        there = _file(path, root)
        kept += ((put - taken) & there).total()
        added += (put - taken).total()
        back += ((taken - put) & there).total()
        removed += (taken - put).total()
    if not added and not removed:
        return None
    stands = round(kept / added, 3) if added else 1.0
    away = round(1 - back / removed, 3) if removed else 1.0
    return f"{stands}/{away}"


def hashes(lines: Iterable[str]) -> Counter[bytes]:
    """Hash each line of a text. White space in lines and blank lines are ignored."""
    bare = ("".join(line.split()) for line in lines)
    return Counter(
        hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for line in bare
        if line
    )


def _file(name: str, root: Path) -> Counter[bytes]:
    """Hash the lines of a file. Empty if the file is gone, too large or outside the project."""
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            return Counter()
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return Counter()
        return hashes(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except (OSError, ValueError):
        return Counter()


def _text(data: Mapping[str, Any], names: Sequence[str]) -> str:
    value = next((data[name] for name in names if isinstance(data.get(name), str)), "")
    return str(value)
