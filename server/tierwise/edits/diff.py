"""Line diffs: the hunks between two texts, and the unified form for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from tierwise.core.dataclass import dataclass
from tierwise.edits import matching
from tierwise.syntax.positions import split_lines

CONTEXT: Final = 3
"""Lines shown around a change."""


class LineChange(Protocol):
    """A change that replaces the lines [start, end) of a text by `lines`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def lines(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class LineHunk:
    """Replaces the lines [start, end) of the old text by `lines` (with their line ends)."""

    start: int
    end: int
    lines: tuple[str, ...]


def hunks(old: str, new: str, join: int = 1) -> tuple[LineHunk, ...]:
    """The changed lines as hunks.

    Changes with at most `join` equal lines between them are one hunk.
    """
    a, b = split_lines(old), split_lines(new)
    found: list[LineHunk] = []
    i = j = 0
    for old_at, new_at, size in [*matching.blocks(a, b), (len(a), len(b), 0)]:
        if old_at > i or new_at > j:
            last = found[-1] if found else None
            if last is not None and i - last.end <= join:
                between = a[last.end : i]
                found[-1] = LineHunk(last.start, old_at, (*last.lines, *between, *b[j:new_at]))
            else:
                found.append(LineHunk(i, old_at, tuple(b[j:new_at])))
        i, j = old_at + size, new_at + size
    return tuple(found)


def unified(
    path: str,
    old: str,
    changes: Sequence[LineChange],
    *,
    created: bool = False,
    gone: bool = False,
) -> str:
    """The unified diff of some changes of a text. The paths begin with "a/" and "b/".

    The changes are known already, so nothing is compared.
    """
    lines = split_lines(old)
    if not changes:
        return ""
    shown = [f"--- {'/dev/null' if created else f'a/{path}'}"]
    shown.append(f"+++ {'/dev/null' if gone else f'b/{path}'}")
    shift = 0
    for group in _groups(changes):
        first = max(0, group[0].start - CONTEXT)
        last = min(_count(lines), group[-1].end + CONTEXT)
        body, at, before = [], first, shift
        for change in group:
            body += [f" {_bare(line)}" for line in lines[at : change.start]]
            body += [f"-{_bare(line)}" for line in lines[change.start : change.end] if line]
            body += [f"+{_bare(line)}" for line in change.lines if line]
            shift += sum(map(bool, change.lines)) - (change.end - change.start)
            at = change.end
        body += [f" {_bare(line)}" for line in lines[at:last]]
        had = sum(line[0] != "+" for line in body)
        has = sum(line[0] != "-" for line in body)
        shown.append(f"@@ -{_span(first, had)} +{_span(first + before, has)} @@")
        shown += body
    return "\n".join(shown) + "\n"


def renamed(path: str, to: str) -> str:
    """A rename in the form of version control."""
    head = f"diff --git a/{path} b/{to}\nsimilarity index 100%\n"
    return f"{head}rename from {path}\nrename to {to}\n"


def _groups(changes: Sequence[LineChange]) -> list[list[LineChange]]:
    """Changes in groups. If the contexts of two changes touch, they are in one group."""
    groups: list[list[LineChange]] = []
    for change in changes:
        if groups and change.start - groups[-1][-1].end <= 2 * CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _span(first: int, count: int) -> str:
    if count == 1:
        return str(first + 1)
    return f"{first + 1 if count else first},{count}"


def _count(lines: Sequence[str]) -> int:
    """The number of lines, not counting the empty one after the last line end."""
    return len(lines) - (not lines[-1])


def _bare(line: str) -> str:
    return line.rstrip("\r\n")
