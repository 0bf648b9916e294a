"""Reads an answer line by line: thinking, fences, blocks and prose.

The marks of a block are read outside of fences, and inside a fence that holds nothing but paths and
blocks. In any other fence they are part of its content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits import named, patch
from tierwise.edits.forms import TOOL, Change, Delete, Known, Problem, Rename, Replace, Whole
from tierwise.edits.marks import FENCE, MARK, Fence, block_end, fence_end, only_blocks, without

_DIVIDER: Final = re.compile(r"^={5,9}[ \t]*$")
_THOUGHT: Final = (
    r"(?:antml:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)"
)
_THINKS: Final = re.compile(rf"^\s*<({_THOUGHT})(?:\s[^<>]*)?>", re.IGNORECASE)
_THOUGHT_OVER: Final = re.compile(rf"^(.*)</{_THOUGHT}>(.*)$", re.IGNORECASE)


@dataclass
class Reader:
    """Finds the blocks, fences and prose in an answer's lines. It reads all lines when it is made.

    `unfinished` says that a block or a fence has no end, `garbled` that one could not be read.
    """

    lines: Sequence[str]
    known: Known | None = None
    diffs: bool = True
    """Whether a diff in a fence counts as an edit."""
    fences: list[Whole] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    open: Whole | None = None
    """A fence that was never closed, with the lines it has."""
    unfinished: bool = False
    garbled: bool = False
    blocks: bool = False
    """Whether there was a block, even one that could not be read."""
    _changes: list[Change] = field(default_factory=list)
    _above: list[str] = field(default_factory=list)
    """The lines of text since the last block."""
    _path: str = ""
    _aloud: set[int] = field(default_factory=set)
    """The numbers of the lines that are the model's thinking."""
    _bounds: list[int] = field(default_factory=list)
    """The numbers of all lines that open or close a fence."""

    def __post_init__(self) -> None:
        at = 0
        while at < len(self.lines):
            at = self._next(at)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that the blocks make. A block that the answer repeats is taken once."""
        return tuple(dict.fromkeys(self._changes))

    @property
    def said(self) -> str:
        """The text beside the edit."""
        return "\n".join(self.prose).strip()

    @property
    def text(self) -> str:
        """All lines except the model's thinking."""
        return "\n".join(line for n, line in enumerate(self.lines) if n not in self._aloud)

    @property
    def problem(self) -> Problem | None:
        if self.unfinished or self.open is not None:
            return "cut off"
        return "garbled" if self.garbled else None

    @property
    def outer(self) -> Whole | None:
        """All that is between the first and the last fence line as one block. None unless inner
        fences may have been mistaken for its end.
        """
        if len(self._bounds) < 4 or self.open is not None:
            return None
        first, last = self._bounds[0], self._bounds[-1]
        closing = [FENCE.match(self.lines[n]) for n in self._bounds[2:-1:2]]
        if len(self._bounds) % 2 or any(m is None or m.group(3).strip() for m in closing):
            return None
        opened = FENCE.match(self.lines[first])
        assert opened is not None, "a bound is a fence line"
        body = [without(opened.group(1), line) for line in self.lines[first + 1 : last]]
        return Whole("\n".join(body), opened.group(3).strip(), self.fences[0].path)

    def _next(self, at: int) -> int:
        """Read the form that begins at a line. Returns the number of the line after it."""
        line = self.lines[at]
        if _THINKS.match(line):
            return self._thought(at)
        if (over := _THOUGHT_OVER.match(line)) is not None and not over.group(1).strip(" \t`"):
            self._forget()
            self._aloud.update(range(at + 1))
            self._say(over.group(2))
            return at + 1
        mark = MARK.match(line)
        if mark is not None:
            return self._block(at, mark.group(1), mark.group(2))
        fence = FENCE.match(line)
        if fence is not None:
            return self._fence(Fence(fence.group(1), fence.group(2), fence.group(3).strip(), at))
        self._say(line)
        return at + 1

    def _say(self, line: str) -> None:
        self.prose.append(line)
        if line.strip():
            self._above.append(line)

    def _thought(self, at: int) -> int:
        """Skip the model's thinking, since nothing in it is meant for the file."""
        for number in range(at, len(self.lines)):
            over = _THOUGHT_OVER.match(self.lines[number])
            if over is not None:
                self._aloud.update(range(at, number + 1))
                if over.group(2).strip():
                    self._say(over.group(2).strip())
                return number + 1
        self.unfinished = True
        return len(self.lines)

    def _forget(self) -> None:
        """Drop everything so far: it was thinking whose beginning the model did not mark."""
        self.fences.clear()
        self.prose.clear()
        self._changes.clear()
        self._above.clear()
        self._bounds.clear()
        self.blocks = self.garbled = False
        self._path = ""

    def _block(self, at: int, side: str, word: str) -> int:
        self.blocks = True
        end = block_end(self.lines, at)
        if side == ">" or word == "REPLACE":
            self.garbled = True
            self._above.clear()
            return at + 1
        if end is None:
            self.unfinished = True
            return len(self.lines)
        self._take(word, self.lines[at + 1 : end], self._above)
        self._above.clear()
        return end + 1

    def _take(self, word: str, body: Sequence[str], above: Sequence[str]) -> None:
        """Read one block, with the lines of text above it."""
        found = [
            (_joined(body[:n]), _joined(body[n + 1 :]))
            for n, line in enumerate(body)
            if _DIVIDER.match(line)
        ]
        creates = word == "SEARCH" and bool(found) and not found[0][0].strip()
        label, line = self._label(above, creates)
        if label:
            self._path = label
            if self.prose and line in self.prose[-3:]:
                self.prose.remove(line)
        if word == "DELETE":
            self._changes.append(Delete(self._path))
        elif word == "RENAME":
            to = named.alone_in(next((line for line in body if line.strip()), ""))
            if to:
                self._changes.append(Rename(self._path, to))
            self.garbled |= not to
        elif found:
            self._changes.append(Replace(self._path, *found[0], tuple(found[1:])))
        else:
            self.garbled = True

    def _label(self, above: Sequence[str], creates: bool) -> tuple[str, str]:
        """The path for a block, and the line that names it.

        It is the nearest line, else one further up that is nothing but a path or ends with a colon.
        """
        for distance, line in enumerate(reversed(above)):
            if distance and not (
                named.is_path_line(line, self.known) or line.rstrip().rstrip("*`").endswith(":")
            ):
                continue
            if path := named.path_in(line, self.known, creates=creates):
                return path, line
        return "", ""

    def _fence(self, fence: Fence) -> int:
        end = fence_end(self.lines, fence, self.known)
        body = [without(fence.blanks, line) for line in self.lines[fence.start + 1 : end]]
        closed = end < len(self.lines)
        self._bounds += [fence.start, end] if closed else [fence.start]
        if fence.info == TOOL:
            self.blocks = True
            self.unfinished |= not closed
            if closed:
                self._called(body)
        elif self.diffs and patch.is_diff(fence.info, body):
            self._diff(body, fence, closed)
        elif only_blocks(body, self.known):
            self._inner(body, closed)
        elif closed:
            quoted = self._in_sentence(end + 1)
            path = self._fence_path(fence)
            self.fences.append(Whole("\n".join(body), fence.info, path, quoted))
            self._above.clear()
        else:
            self.open = Whole("\n".join(body), fence.info, self._fence_path(fence))
        return end + 1

    def _in_sentence(self, after: int) -> bool:
        """Whether a sentence that began above a fence continues below it."""
        above = self._above[-1].rstrip().rstrip("*_`") if self._above else ""
        below = next((x.strip() for x in self.lines[after : after + 3] if x.strip()), "")
        return bool(above) and above[-1].isalnum() and below[:1].islower()

    def _fence_path(self, fence: Fence) -> str:
        """The file that a fence names, in its info string or in the line right above it."""
        for word in re.split(r"[\s:,]+", fence.info)[0 if "/" in fence.info else 1 :]:
            name = word.split("=")[-1].strip("\"'{}")
            if named.looks(name):
                return name
        near = self._above[-1] if self._above else ""
        if named.is_path_line(near, self.known):
            return named.alone_in(near)
        return named.file_in(near, self.known) if near.rstrip().endswith(":") else ""

    def _diff(self, body: Sequence[str], fence: Fence, closed: bool) -> None:
        self.blocks = True
        self.unfinished |= not closed
        path = self._label(self._above, creates=False)[0] or self._path
        found = patch.changes(body, path, self.known)
        self._above.clear()
        if found is None:
            self.garbled = True
            return
        self._changes += found

    def _inner(self, body: Sequence[str], closed: bool) -> None:
        """Read the blocks in a fence that holds nothing else. The path may be above the fence."""
        self.blocks = True
        self.unfinished |= not closed
        at = 0
        while at < len(body):
            mark = MARK.match(body[at])
            if mark is None:
                if body[at].strip():
                    self._above.append(body[at])
                at += 1
                continue
            end = block_end(body, at)
            if end is None:
                self.unfinished = True
                break
            self._take(mark.group(2), body[at + 1 : end], self._above)
            self._above.clear()
            at = end + 1

    def _called(self, body: Sequence[str]) -> None:
        """Read the arguments of the edit tool, which are in a fence of their own."""
        try:
            self._changes += [_of_call(edit) for edit in json.loads("\n".join(body))["edits"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.garbled = True


def _of_call(edit: dict[str, object]) -> Change:
    path = str(edit["path"])
    if edit.get("delete") is True:
        return Delete(path)
    if edit.get("rename_to"):
        return Rename(path, str(edit["rename_to"]))
    return Replace(path, _lines(edit.get("search")), _lines(edit.get("replace")))


def _lines(text: object) -> str:
    """A text whose last line has a line end."""
    said = str(text or "").replace("\r\n", "\n")
    return said if not said or said.endswith("\n") else f"{said}\n"


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
