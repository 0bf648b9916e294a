"""An edit that passed in a tool call, as hashes of its lines, and what is left of it. Pure."""

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
"""Bytes of a file that is looked at."""

_PATHS: Final = ("file_path", "path", "filePath", "filename")
_OLD: Final = ("old_string", "oldString", "old_str", "old_text")
_NEW: Final = ("new_string", "newString", "new_str", "new_text", "content", "contents", "file_text")


@dataclass(frozen=True, slots=True)
class PassedEdit:
    """An edit as hashes of its lines: those it put there, and those it took away."""

    path: str
    added: Counter[bytes]
    removed: Counter[bytes]


def edit_of(call: ToolCall) -> PassedEdit | None:
    """The edit of a tool call that did not fail; None where the call edits nothing."""
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
    """The shares of lines that are still there, and of lines that did not come back; None where
    there is nothing to compare.

    The edits of a file count as one: what an agent put there and took away again by itself was
    taken away by nobody else.
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
    """The lines of a text as short hashes, white space and blank lines left out."""
    bare = ("".join(line.split()) for line in lines)
    return Counter(
        hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for line in bare
        if line
    )


def _file(name: str, root: Path) -> Counter[bytes]:
    """The lines of a file of the project as hashes; none where it is gone or is no such file."""
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
