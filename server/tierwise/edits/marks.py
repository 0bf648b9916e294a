"""The lines that open and close fences and blocks, and where each of them ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits import named
from tierwise.edits.forms import Known

MARK: Final = re.compile(r"^([<>])\1{4,8} (SEARCH|REPLACE|RENAME|DELETE)[ \t]*$")
FENCE: Final = re.compile(r"^([ \t]*)(`{3,}|~{3,})([^`]*)$")
_CLOSES: Final = {"SEARCH": "REPLACE", "RENAME": "RENAME", "DELETE": "DELETE"}


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence that is being read: its leading blanks, its mark, its info string, and the number of
    its first line.
    """

    blanks: str
    mark: str
    info: str
    start: int


def shows_blocks(text: str) -> bool:
    """Whether a text contains the marks of a block."""
    return any(MARK.match(line) for line in text.split("\n"))


def fence_end(lines: Sequence[str], fence: Fence, known: Known | None) -> int:
    """The number of the line that closes a fence; past the last line if none does."""
    inner, at = 0, fence.start + 1
    while at < len(lines):
        line = lines[at]
        mark = MARK.match(without(fence.blanks, line))
        if mark is not None and mark.group(1) == "<":
            body = [without(fence.blanks, x) for x in lines[fence.start + 1 :]]
            end = block_end(body, at - fence.start - 1)
            if end is not None and only_blocks(body[: end + 1], known):
                at = fence.start + 1 + end + 1
                continue
        found = FENCE.match(line)
        if found is not None and found.group(2)[0] == fence.mark[0]:
            if found.group(3).strip():
                inner += len(found.group(2)) >= len(fence.mark)
            elif inner and len(found.group(2)) >= len(fence.mark):
                inner -= 1
            elif len(found.group(2)) >= len(fence.mark) and _closes(found.group(1), fence):
                return at
        at += 1
    return len(lines)


def _closes(blanks: str, fence: Fence) -> bool:
    return blanks == fence.blanks or (len(blanks) < 4 and len(fence.blanks) < 4 and not blanks)


def block_end(lines: Sequence[str], start: int) -> int | None:
    """The number of the line that closes the block which begins at `start`.

    A block may contain blocks, in a file that is about them.
    """
    opened = MARK.match(lines[start])
    if opened is None or opened.group(1) == ">":
        return None
    depth = 0
    for number in range(start, len(lines)):
        mark = MARK.match(lines[number])
        if mark is None:
            continue
        side, word = mark.groups()
        if side == "<":
            depth += 1
        elif word == _CLOSES.get(opened.group(2)) or depth > 1:
            depth -= 1
        if depth == 0:
            return number
    return None


def only_blocks(body: Sequence[str], known: Known | None) -> bool:
    """Whether lines are nothing but paths and blocks, with at least one block."""
    at, found = 0, False
    while at < len(body):
        line = body[at]
        mark = MARK.match(line)
        if mark is not None:
            end = block_end(body, at)
            if mark.group(1) == ">":
                return False
            found = True
            at = len(body) if end is None else end + 1
            continue
        if line.strip() and not named.is_path_line(line, known):
            return False
        at += 1
    return found


def without(blanks: str, line: str) -> str:
    """A line of a fence without the blanks by which the fence itself is indented."""
    return line[len(blanks) :] if blanks and line.startswith(blanks) else line
