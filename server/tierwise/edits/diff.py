"""Line diffs: the hunks between two texts, and the unified form people read."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from tierwise.syntax.positions import split_lines


@dataclass(frozen=True, slots=True)
class LineHunk:
    """Lines [start, end) of the old text become `lines` (with their line ends)."""

    start: int
    end: int
    lines: tuple[str, ...]


def hunks(old: str, new: str, join: int = 1) -> tuple[LineHunk, ...]:
    """What changed, line by line; changes at most `join` equal lines apart are one hunk."""
    a, b = split_lines(old), split_lines(new)
    found: list[LineHunk] = []
    lead = _common(a, b)
    tail = _common(a[lead:][::-1], b[lead:][::-1])
    core_a, core_b = a[lead : len(a) - tail], b[lead : len(b) - tail]
    matcher = difflib.SequenceMatcher(None, core_a, core_b, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        if found and lead + i1 - found[-1].end <= join:
            last = found.pop()
            between = tuple(a[last.end : lead + i1])
            found.append(LineHunk(last.start, lead + i2, (*last.lines, *between, *core_b[j1:j2])))
        else:
            found.append(LineHunk(lead + i1, lead + i2, tuple(core_b[j1:j2])))
    return tuple(found)


def unified(path: str, old: str, new: str, *, created: bool = False, gone: bool = False) -> str:
    """A unified diff with three lines of context, "a/" and "b/" before the paths."""
    before, after = "/dev/null" if created else f"a/{path}", "/dev/null" if gone else f"b/{path}"
    lines = difflib.unified_diff(_shown(old), _shown(new), before, after, lineterm="")
    text = "\n".join(lines)
    return text + "\n" if text else ""


def renamed(path: str, to: str) -> str:
    """A rename as version control shows it."""
    head = f"diff --git a/{path} b/{to}\nsimilarity index 100%\n"
    return f"{head}rename from {path}\nrename to {to}\n"


def _shown(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in split_lines(text) if line]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
