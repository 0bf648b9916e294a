"""Looking for what changed: the files there are beside those that are known. No file is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tierwise.index.walk import Seen

Known = Mapping[str, tuple[int, int, int, int]]
"""Of each path: id, time stamp (nanoseconds), size and inode."""


@dataclass(frozen=True, slots=True)
class SweptChanges:
    """What a sweep found: new files, changed ones with their ids, and ids of those gone."""

    new: tuple[Seen, ...]
    changed: tuple[tuple[int, Seen], ...]
    gone: tuple[int, ...]
    left: int = 0
    """Files beyond the limits, which are not indexed."""

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def compare(known: Known, seen: Sequence[Seen], left: int = 0) -> SweptChanges:
    """The difference between what is known and what there is."""
    new, changed, there = [], [], set()
    for file in seen:
        there.add(file.path)
        before = known.get(file.path)
        if before is None:
            new.append(file)
        elif before[1:] != (file.mtime, file.size, file.inode):
            changed.append((before[0], file))
    gone = tuple(before[0] for path, before in known.items() if path not in there)
    return SweptChanges(tuple(new), tuple(changed), gone, left)


def within(
    seen: Iterable[Seen], near: Sequence[str], max_files: int, max_bytes: int
) -> tuple[list[Seen], int]:
    """The files in the order in which they are read, as many as the limits allow, and how many
    are left out: those near an open file first, then those that changed last."""
    folders = [PurePosixPath(path).parent.parts for path in near]

    def rank(file: Seen) -> tuple[int, int]:
        parts = PurePosixPath(file.path).parent.parts
        return min((_apart(parts, one) for one in folders), default=0), -file.mtime

    ordered = sorted(seen, key=rank)
    taken: list[Seen] = []
    total = 0
    for file in ordered:
        if len(taken) >= max_files or total + file.size > max_bytes:
            continue
        taken.append(file)
        total += file.size
    return taken, len(ordered) - len(taken)


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Steps from one folder to another."""
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return len(one) + len(other) - 2 * same
