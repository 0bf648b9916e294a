"""What the index answers, as frozen data. Paths are relative to the root, lines count from 1."""

from __future__ import annotations

from typing import Literal

from tierwise.core.dataclass import dataclass

Readiness = Literal["off", "cold", "catching up", "ready"]
"""`cold`: the folder was never read to its end. `catching up`: some files changed since and are not
read again yet.
"""
Obstacle = Literal["", "disabled", "turned_off", "network", "ended", "refused"]
"""Why there is no index, or none that is up to date. `present/index.py` has the words."""
Level = Literal["top", "member", "local"]
"""Where a definition is: at the top of its file, inside a type, or inside a function."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How much of a folder its index has read.

    `files` is how many files it knows, `indexed` how many of them were read as they are now. `why`
    is a code that says what prevents it. `left` counts the files beyond the limits.
    """

    root: str
    files: int = 0
    indexed: int = 0
    state: Readiness = "off"
    size_bytes: int = 0
    why: Obstacle = ""
    left: int = 0

    @property
    def complete(self) -> bool:
        """Whether every file was read as it was when all time stamps were last looked at."""
        return self.state == "ready"


FileKnown = Literal["indexed", "named", "waiting", "absent"]
"""`named`: only its path is known. `waiting`: it changed and was not read again yet."""
Kept = Literal["missing", "outside", "link", "vendored", "special", "keys", "ignored", "unread"]
"""Why a file is not in the index. `present/index.py` has the words."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Whether a file is indexed.

    `kept` is a code that says why it is absent. `why` adds the rule that ignores the file, or the
    reason why its text is not indexed.
    """

    path: str
    known: FileKnown
    kept: Kept | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class FileUses:
    """How often a file uses a name in code; comments and strings do not count."""

    path: str
    uses: int
    hash: str


@dataclass(frozen=True, slots=True)
class Uses:
    """Where a name is used.

    `defined` counts the files that define it at their top. `member` is True if a file defines it
    inside a type. `mentioned` are files that have the name only in strings or data, and files that
    mean something else by it because they import neither the name nor its module. `complete` is
    False while some files are unread: there may be more uses.
    """

    name: str
    defined: int = 0
    member: bool = False
    files: tuple[FileUses, ...] = ()
    mentioned: tuple[str, ...] = ()
    complete: bool = False

    @property
    def total(self) -> int:
        """How often all files together use the name. Uses in files that define it count too."""
        return sum(file.uses for file in self.files)

    @property
    def known(self) -> bool:
        """Whether the count is reliable: one file defines the name, no type has a member of that
        name, and every file was read.
        """
        return self.complete and self.defined == 1 and not self.member


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a file matches a question: it defines names of the question, or has words of it in its
    definitions, its path or its text.

    If all are empty, the file was added because it is the test of a file that matches, or the file
    of such a test.
    """

    defines: tuple[str, ...] = ()
    in_definitions: tuple[str, ...] = ()
    in_path: tuple[str, ...] = ()
    has: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that fits a question: how well (`score`), and why."""

    path: str
    score: float
    hash: str
    why: Reasons


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition: its file, what kind of thing it is, and its lines."""

    path: str
    name: str
    kind: str
    start_line: int
    end_line: int
    level: Level
    hash: str
