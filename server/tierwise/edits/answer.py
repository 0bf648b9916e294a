"""Reading a model's answer: which files it wants to change, and what else it says.

Two forms edit: blocks below a path line (search/replace, rename, delete), and one fenced
block alone, whose meaning depends on the action. Everything else is text. An answer is read
line by line, so that one that is still being written can be read as far as it goes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final, Literal

_MARK: Final = re.compile(r"^([<>])\1{4,8} (SEARCH|REPLACE|RENAME|DELETE)[ \t]*$")
_DIVIDER: Final = re.compile(r"^={5,9}[ \t]*$")
_FENCE: Final = re.compile(r"^([ ]{0,3})(`{3,}|~{3,})([^`]*)$")
_LABEL: Final = re.compile(r"^(?://|#+|[*-]|--)?\s*(?:(?:file|path|datei)\s*:)?\s*", re.IGNORECASE)
_CLOSES: Final = {"SEARCH": "REPLACE", "RENAME": "RENAME", "DELETE": "DELETE"}
TOOL: Final = "edit_files"
"""The info of a fence that holds what was passed to the edit tool, as JSON."""
_CUT: Final = ("max_tokens", "model_context_window_exceeded")

Problem = Literal["cut off", "garbled"]


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace `old` by `new` in a file; an empty `old` creates the file. Paths as answered.

    `others` holds the other readings of a block in which more than one line looks like the
    divider between old and new. A `path` of "" is the file of the selection.
    """

    path: str
    old: str
    new: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a file another path."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a file."""

    path: str


Change = Replace | Rename | Delete


@dataclass(frozen=True, slots=True)
class Whole:
    """One fenced block alone; what it replaces depends on the action."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer as read. `problem` names a failed check."""

    kind: Literal["blocks", "whole", "text"]
    changes: tuple[Change, ...] = ()
    whole: Whole | None = None
    prose: str = ""
    problem: Problem | None = None


def read(text: str, *, stop_reason: str = "end_turn", edits: bool = True) -> ReadAnswer:
    """Read a finished answer. `edits` says whether a fence alone edits (it does not in chat)."""
    reader = _Reader()
    for line in text.replace("\r\n", "\n").split("\n"):
        reader.line(line)
    cut: Problem | None = "cut off" if stop_reason in _CUT or reader.unfinished else None
    prose = "\n".join(reader.prose).strip()
    if reader.marked:
        problem = cut or ("garbled" if reader.garbled else None)
        return ReadAnswer("blocks", tuple(reader.changes), prose=prose, problem=problem)
    if edits and reader.fence:
        return ReadAnswer("blocks" if reader.info == TOOL else "whole", problem="cut off")
    if edits and len(reader.fences) == 1:
        return ReadAnswer("whole", whole=reader.fences[0], prose=prose, problem=cut)
    return ReadAnswer("text", prose=text, problem="cut off" if stop_reason in _CUT else None)


def so_far(text: str, *, edits: bool) -> ReadAnswer:
    """Read an answer that is still being written: its finished blocks, or its fence as far
    as its lines are complete."""
    reader = _Reader()
    for line in text.replace("\r\n", "\n").split("\n")[:-1]:
        reader.line(line)
    if reader.marked:
        return ReadAnswer("blocks", tuple(reader.changes))
    if edits and reader.fence and not reader.fences:
        return ReadAnswer("whole", whole=Whole("\n".join(reader.body), reader.info))
    if edits and len(reader.fences) == 1 and not reader.fence:
        return ReadAnswer("whole", whole=reader.fences[0])
    return ReadAnswer("text", prose=text)


@dataclass
class _Reader:
    """The state of reading: which fence and which block a line stands in."""

    changes: list[Change] = field(default_factory=list)
    fences: list[Whole] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    fence: tuple[str, str] | None = None
    """Indentation and mark of the fence that is open."""
    info: str = ""
    body: list[str] = field(default_factory=list)
    inner: int = 0
    """Fences open inside the fence: markdown that shows code."""
    holds_blocks: bool = False
    block: str = ""
    lines: list[str] = field(default_factory=list)
    path: str = ""
    before: str = ""
    """The last line that may name the file of a block."""
    marked: bool = False
    garbled: bool = False

    @property
    def unfinished(self) -> bool:
        return bool(self.block) or (self.fence is not None and self.info == TOOL)

    def line(self, line: str) -> None:
        mark = _MARK.match(line)
        if mark is not None:
            self._mark(mark.group(1), mark.group(2))
        elif self.block:
            self.lines.append(line)
        elif self.fence is not None:
            self._in_fence(line, self.fence)
        else:
            self._in_prose(line)

    def _mark(self, side: str, word: str) -> None:
        self.marked = True
        if side == "<" and word != "REPLACE" and not self.block:
            named = path_in(self.before)
            if named and self.prose and self.prose[-1] == self.before:
                self.prose.pop()
            self.block, self.lines, self.before = word, [], ""
            self.path = named or self.path
            self.holds_blocks = self.fence is not None
            return
        if side == ">" and self.block and word == _CLOSES[self.block]:
            self._close()
        else:
            self.garbled = True
        self.block, self.lines, self.before = "", [], ""

    def _close(self) -> None:
        if self.block == "DELETE":
            self.changes.append(Delete(self.path))
            return
        if self.block == "RENAME":
            to = path_in(next((line for line in self.lines if line.strip()), ""))
            if to:
                self.changes.append(Rename(self.path, to))
            self.garbled |= not to
            return
        found = [
            (_joined(self.lines[:n]), _joined(self.lines[n + 1 :]))
            for n, line in enumerate(self.lines)
            if _DIVIDER.match(line)
        ]
        if found:
            self.changes.append(Replace(self.path, *found[0], tuple(found[1:])))
        self.garbled |= not found

    def _called(self) -> None:
        """What a model passed to the edit tool, which stands in a fence of its own."""
        self.marked = True
        try:
            self.changes += [_of_call(edit) for edit in json.loads("\n".join(self.body))["edits"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.garbled = True

    def _in_fence(self, line: str, fence: tuple[str, str]) -> None:
        found = _FENCE.match(line)
        if found is not None and found.group(2)[0] == fence[1][0]:
            if found.group(3).strip():
                self.inner += 1
            elif self.inner:
                self.inner -= 1
            elif found.group(1) == fence[0] and len(found.group(2)) >= len(fence[1]):
                if self.info == TOOL:
                    self._called()
                elif not self.holds_blocks:
                    self.fences.append(Whole("\n".join(self.body), self.info))
                self.fence, self.body, self.holds_blocks = None, [], False
                return
        if line.strip():
            self.before = line
        self.body.append(line)

    def _in_prose(self, line: str) -> None:
        found = _FENCE.match(line)
        if found is not None:
            self.fence, self.info = (found.group(1), found.group(2)), found.group(3).strip()
            self.body, self.inner = [], 0
            return
        if line.strip():
            self.before = line
        self.prose.append(line)


def _of_call(edit: dict[str, object]) -> Change:
    path = str(edit["path"])
    if edit.get("delete") is True:
        return Delete(path)
    if edit.get("rename_to"):
        return Rename(path, str(edit["rename_to"]))
    return Replace(path, _lines(edit.get("search")), _lines(edit.get("replace")))


def _lines(text: object) -> str:
    """Whole lines, whether or not the last one was ended."""
    said = str(text or "").replace("\r\n", "\n")
    return said if not said or said.endswith("\n") else f"{said}\n"


def path_in(line: str) -> str:
    """The path a line names, "" where it is a sentence rather than a path."""
    line = line.strip()
    quoted = re.findall(r"`([^`]+)`", line)
    if len(quoted) == 1:
        return str(quoted[0]).strip()
    name = _LABEL.sub("", line).strip().strip("*_`'\":").strip()
    looks = "/" in name or re.search(r"\.\w+$", name) or (name and " " not in name)
    return name if looks and not re.search(r"[<>|`]", name) else ""


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
