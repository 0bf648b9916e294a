"""Finds what changed, by comparing the files on disk with the known ones. It reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from tierwise.core.dataclass import dataclass
from tierwise.index.walk import Seen

Known = Mapping[str, tuple[int, int, int, int]]
"""For each path: id, time stamp (nanoseconds), size and inode."""


@dataclass(frozen=True, slots=True)
class SweptChanges:
    """What a sweep found: new files, changed files with their ids, and the ids of removed files."""

    new: tuple[Seen, ...]
    changed: tuple[tuple[int, Seen], ...]
    gone: tuple[int, ...]


def compare(known: Known, seen: Sequence[Seen]) -> SweptChanges:
    """The difference between the known files and the files on disk."""
    new, changed, there = [], [], set()
    for file in seen:
        there.add(file.path)
        before = known.get(file.path)
        if before is None:
            new.append(file)
        elif before[1:] != (file.mtime, file.size, file.inode):
            changed.append((before[0], file))
    gone = tuple(before[0] for path, before in known.items() if path not in there)
    return SweptChanges(tuple(new), tuple(changed), gone)


def within(
    seen: Sequence[Seen], near: Sequence[str], max_files: int, max_bytes: int
) -> tuple[Sequence[Seen], int]:
    """As many files as the limits allow, and how many are left out.

    If not all fit, files near those of `near` are taken first, then those that changed last.
    """
    if len(seen) <= max_files and sum(file.size for file in seen) <= max_bytes:
        return seen, 0
    taken: list[Seen] = []
    total = 0
    for file in in_order(seen, near):
        if len(taken) < max_files and total + file.size <= max_bytes:
            taken.append(file)
            total += file.size
    return taken, len(seen) - len(taken)


def in_order(seen: Iterable[Seen], near: Sequence[str]) -> list[Seen]:
    """Files in the order of reading: those near an open file first, then the latest changed."""
    folders = {PurePosixPath(path).parent.parts for path in near}
    apart: dict[str, int] = {}

    def rank(file: Seen) -> tuple[int, int]:
        folder = file.path.rpartition("/")[0]
        if folder not in apart:
            parts = PurePosixPath(folder).parts
            apart[folder] = min((_apart(parts, one) for one in folders), default=0)
        return apart[folder], -file.mtime

    return sorted(seen, key=rank)


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many steps up and down lead from one folder to another."""
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return len(one) + len(other) - 2 * same
