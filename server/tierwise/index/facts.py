"""What the index answers: plain frozen data. Paths are relative to the root, lines from 1."""

from __future__ import annotations

from typing import Literal

from tierwise.core.dataclass import dataclass

Readiness = Literal["off", "cold", "catching up", "ready"]
"""`cold`: the folder was never read to its end. `catching up`: some files changed since."""
Obstacle = Literal["", "disabled", "turned_off", "network", "ended", "refused"]
"""Why there is no index, or none that is up to date; worded in `present/index.py`."""
Level = Literal["top", "member", "local"]
"""Where a definition stands: for all to see, inside a type, or inside a function."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far an index is. `why` is the code of what is in its way, `left` counts files beyond
    the limits."""

    root: str
    files: int = 0
    indexed: int = 0
    state: Readiness = "off"
    size_bytes: int = 0
    why: Obstacle = ""
    left: int = 0

    @property
    def complete(self) -> bool:
        """Whether every file was read as it was at the last sweep."""
        return self.state == "ready"


FileKnown = Literal["indexed", "named", "waiting", "absent"]
"""`named`: known by its path alone. `waiting`: it changed and was not read again yet."""
Kept = Literal["missing", "outside", "link", "vendored", "special", "keys", "ignored", "unread"]
"""Why a file is not in the index; worded in `present/index.py`."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Whether a file is indexed. `kept` is the code of why it is absent, `why` says more: the rule
    that ignores it, or what it is that its text is not looked into."""

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
    """Where a name is used. `defined` counts the files that define it, `member` tells whether
    one of them does so inside a type. `mentioned` are files that have it in strings or data alone,
    or that mean something else by it: they import neither the name nor its module. `complete` is
    false while files are unread: there may be more.
    """

    name: str
    defined: int = 0
    member: bool = False
    files: tuple[FileUses, ...] = ()
    mentioned: tuple[str, ...] = ()
    complete: bool = False

    @property
    def total(self) -> int:
        """Uses over all files, the definitions' own included."""
        return sum(file.uses for file in self.files)

    @property
    def known(self) -> bool:
        """Whether the number means something: one definition, no member, everything read."""
        return self.complete and self.defined == 1 and not self.member


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a file has of a question: names it defines, words in its definitions, in its path and
    in its text. Nothing of it: it is beside a file that was found."""

    defines: tuple[str, ...] = ()
    in_definitions: tuple[str, ...] = ()
    in_path: tuple[str, ...] = ()
    has: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that answers a question, and why."""

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
