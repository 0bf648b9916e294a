"""Reads a unified diff in a fence as search/replace blocks.

Its line numbers are not trusted: models count badly. A hunk is placed by its lines, like
every block. A hunk that only adds and shows no line around it has no place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from itertools import pairwise
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits.forms import Change, Delete, Known, Rename, Replace

INFOS: Final = frozenset(("diff", "patch", "udiff", "unified-diff", "git-diff"))
_HUNK: Final = re.compile(r"^@@(?:\s.*)?$|^@@.*@@")
_NOISE: Final = re.compile(
    r"^(?:diff |index [0-9a-f]|new file mode|deleted file mode|old mode|new mode|similarity index"
    r"|dissimilarity index|Binary files|\*\*\* (?:Begin|End) Patch|\\ No newline)"
)
NOWHERE: Final = "/dev/null"


def is_diff(info: str, body: Sequence[str]) -> bool:
    """Whether a fence holds a diff: by its info string, or by lines that only a diff has."""
    first = re.split(r"[\s:,{]", info.strip().lower(), maxsplit=1)[0] if info.strip() else ""
    if first in INFOS:
        return True
    headed = any(a.startswith("--- ") and b.startswith("+++ ") for a, b in pairwise(body))
    hunks = [line for line in body if re.match(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", line)]
    signed = [line for line in body if line[:1] in ("+", "-")]
    return bool(signed) and (headed or bool(hunks))


def changes(
    body: Sequence[str], path: str, known: Known | None = None
) -> tuple[Change, ...] | None:
    """The changes of a diff; None if it cannot be read.

    `path` is used if the diff names no file.
    """
    reading = _Diff(path, known)
    for number, line in enumerate(body):
        reading.line(line, body[number + 1] if number + 1 < len(body) else "")
    reading.close()
    return None if reading.bad or not reading.changes else tuple(reading.changes)


@dataclass
class _Diff:
    path: str
    known: Known | None
    changes: list[Change] = field(default_factory=list)
    bad: bool = False
    creates: bool = False
    deletes: bool = False
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    started: bool = False
    source: str = ""

    def line(self, line: str, following: str) -> None:
        if line.startswith("--- ") and following.startswith("+++ "):
            self.close()
            self.source = self._name(line)
            self.creates, self.started = self.source == NOWHERE, False
        elif line.startswith("+++ ") and self.source:
            target = self._name(line)
            self.deletes = target == NOWHERE
            self.path = self.source if self.deletes else target
            if self.deletes:
                self.changes.append(Delete(self.path))
            self.source = ""
        elif line.startswith("rename from "):
            self.close()
            self.path = line.removeprefix("rename from ").strip()
        elif line.startswith("rename to "):
            self.changes.append(Rename(self.path, line.removeprefix("rename to ").strip()))
        elif _HUNK.match(line):
            self.close()
            self.started = True
        elif _NOISE.match(line):
            return
        elif not self.deletes:
            self._content(line)

    def close(self) -> None:
        """Make a block of the lines since the last hunk began."""
        old, new = self.old, self.new
        self.old, self.new = [], []
        while old and new and old[-1] == new[-1] == "":
            old, new = old[:-1], new[:-1]
        if old == new:
            return
        if not any(line.strip() for line in old) and not self.creates:
            self.bad = True
            return
        self.changes.append(Replace(self.path, _joined(old), _joined(new)))

    def _content(self, line: str) -> None:
        sign, rest = line[:1], line[1:]
        if sign == "-":
            self.old.append(rest)
        elif sign == "+":
            self.new.append(rest)
        elif sign in (" ", ""):
            self.old.append(rest)
            self.new.append(rest)
        else:
            self.old.append(line)
            self.new.append(line)

    def _name(self, line: str) -> str:
        name = line[4:].split("\t")[0].strip().strip('"')
        bare = re.sub(r"^[abciow]/", "", name)
        if name == NOWHERE or (self.known is not None and self.known(name)):
            return name
        return bare


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
