"""What is left of lines with merge conflicts after an answer has resolved them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.edits.align import squeezed

_OURS: Final = "<<<<<<<"
_BASE: Final = "|||||||"
_THEIRS: Final = "======="
_END: Final = ">>>>>>>"


def settled(lines: Sequence[str], now: Sequence[str]) -> list[str] | None:
    """The lines with each conflict replaced by the side that the answer kept, or by both sides.

    It is None if the lines have no complete conflict, if the answer still has conflict marks, or if
    nothing would be left.
    """
    if not any(_mark(x) == _OURS for x in lines) or any(_mark(x) in (_OURS, _END) for x in now):
        return None
    answered = {squeezed(line) for line in now}
    kept: list[str] = []
    sides: dict[str, list[str]] = {}
    at = ""
    for line in lines:
        mark = _mark(line)
        if mark == _OURS and not at:
            at, sides = _OURS, {_OURS: [], _BASE: [], _THEIRS: []}
        elif (mark == _BASE and at == _OURS) or (mark == _THEIRS and at in (_OURS, _BASE)):
            at = mark
        elif mark == _END and at == _THEIRS:
            ours, theirs = sides[_OURS], sides[_THEIRS]
            kept += max(
                (ours, theirs, ours + theirs),
                key=lambda side: sum(1 if squeezed(x) in answered else -1 for x in side),
            )
            at = ""
        elif at:
            sides[at].append(line)
        else:
            kept.append(line)
    return None if at or not kept else kept


def _mark(line: str) -> str:
    """The conflict mark that a line begins with, else ""."""
    head, rest = line[:7], line[7:].rstrip("\r\n")
    if head == _THEIRS:
        return head if not rest else ""
    return head if head in (_OURS, _BASE, _END) and rest[:1] in ("", " ") else ""
