"""Where an edit may go: inside the workspace, by real path, and nowhere else.

A path is judged by where it leads, not by how it is spelled: symbolic links, `..`, percent encoding
and other names for the same file are followed or refused first. Even inside the workspace, files
that run code or configure tools need an explicit yes. So does a file that has a second name.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from tierwise.core.dataclass import dataclass
from tierwise.core.path_concern import PathCode, PathConcern
from tierwise.core.views import HunkKind
from tierwise.edits import protected

_DEVICE: Final = re.compile(
    r"(?i)^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:\s*\..*)?$"
)
_SCHEME: Final = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]+:")

_ORDER: Final = ("allowed", "confirm", "refused")


@dataclass(frozen=True, slots=True)
class JudgedPath:
    """Whether a path may be changed freely, only after a yes, or not at all (`verdict`), and why.

    `real` is where it leads and `root` the workspace folder that holds it, both resolved. Both are
    None if the path is refused.
    """

    verdict: Literal["allowed", "confirm", "refused"]
    why: tuple[PathConcern, ...] = ()
    real: Path | None = None
    root: Path | None = None


@dataclass(frozen=True)
class Confine:
    """The workspace folders that edits are confined to. `home` is the operator's home folder; None
    means that of the process.
    """

    roots: Sequence[Path]
    home: Path | None = None

    def path_of(self, name: str) -> Path | None:
        """The local path that a workspace-relative name, an absolute path or a file URI means; None
        for anything else.
        """
        if _SCHEME.match(name):
            parts = urlsplit(name)
            here = parts.scheme == "file" and parts.netloc in ("", "localhost")
            return Path(unquote(parts.path)) if here and parts.path else None
        path = Path(name)
        if path.is_absolute() or not self.roots:
            return path if path.is_absolute() else None
        homes = [root / path for root in self.roots]
        return next((p for p in homes if _there(p)), homes[0])

    def may(self, kind: HunkKind, path: Path, to: Path | None = None) -> JudgedPath:
        """Judge whether a kind of change may be made to a path. Everything that changes a file asks
        this first.

        For a rename both paths are judged, and the stricter verdict holds. Deleting a file always
        needs a yes. So does renaming one to a path where tools look for code to run.
        """
        judged = self.judge(path)
        if to is not None:
            other = self.judge(to)
            if _ORDER.index(other.verdict) > _ORDER.index(judged.verdict):
                judged = other
            elif judged.verdict == other.verdict == "confirm":
                judged = JudgedPath("confirm", (*judged.why, *other.why), judged.real, judged.root)
        if kind == "delete" and judged.verdict != "refused":
            gone = PathConcern("deleted", _shown(judged))
            return JudgedPath("confirm", (gone, *judged.why), judged.real, judged.root)
        return judged

    def judge(self, path: Path) -> JudgedPath:
        """Judge a local path by where it really leads."""
        odd = _odd(path)
        if odd is not None:
            return _refused(odd)
        try:
            real = path.resolve()
            roots = [root.resolve() for root in self.roots]
            root = next((root for root in roots if real.is_relative_to(root)), None)
            if root is None or real == root:
                return _refused("outside")
            found = os.lstat(real) if _there(real) else None
            twin = _twin(real, root)
            steers = protected.why(real.relative_to(root).parts) or self._at_home(real)
        except (OSError, RuntimeError, ValueError):
            return _refused("unresolved")
        if found is not None and not stat.S_ISREG(found.st_mode):
            return _refused("not_ordinary")
        inside = real.relative_to(root).as_posix()
        reasons = []
        if path.is_symlink():
            reasons.append(PathConcern("link", path.name, inside))
        if found is not None and found.st_nlink > 1:
            reasons.append(PathConcern("second_name", inside))
        if twin is not None:
            reasons.append(PathConcern("twin", inside, twin))
        if steers is not None:
            reasons.append(PathConcern(steers, inside))
        return JudgedPath("confirm" if reasons else "allowed", tuple(reasons), real, root)

    def _at_home(self, real: Path) -> PathCode | None:
        """The concern about a hidden file of the home folder, or one in a hidden folder of it: such
        files configure programs, even if somebody made the home folder a workspace folder.

        None for any other path, and where a workspace folder lies below the same hidden folder.
        """
        home = (self.home or Path.home()).resolve()
        if not real.is_relative_to(home):
            return None
        top = real.relative_to(home).parts[:1]
        if not top or not top[0].startswith("."):
            return None
        own = [root for root in map(Path.resolve, self.roots) if home in root.parents]
        if any(root.relative_to(home).parts[:1] == top for root in own):
            return None
        return "home_file"


def _refused(code: PathCode) -> JudgedPath:
    return JudgedPath("refused", (PathConcern(code),))


def _odd(path: Path) -> PathCode | None:
    """What is wrong with the spelling of a path, on any system it may be used on.

    If a file exists, its name is not wrong only because other systems forbid it.
    """
    spelled = os.fspath(path)
    if any(ord(c) < 32 or ord(c) == 127 for c in spelled):
        return "control_characters"
    if path.anchor.startswith(("\\\\", "//")):
        return "device_or_host"
    here = Path(path.anchor)
    for part in path.parts[1 if path.anchor else 0 :]:
        here = here / part
        if part == "..":
            return "climbs"
        why = _forbidden_elsewhere(part)
        if why and not (os.name == "posix" and _there(here)):
            return why
    return None


def _forbidden_elsewhere(part: str) -> PathCode | None:
    """Why a part of a path has another meaning, or none, on some system; None if it is fine
    everywhere.
    """
    if "\\" in part:
        return "backslashes"
    if ":" in part:
        return "stream_or_drive"
    if part != part.rstrip(" ."):
        return "dot_or_space"
    if _DEVICE.match(part):
        return "device"
    if "%" in part and unquote(part) != part:
        return "percent_encoded"
    if part.startswith("~"):
        return "home_start"
    return None


def _twin(real: Path, root: Path) -> str | None:
    """A file whose name a case-insensitive file system may take for a part of the path."""
    here = root
    for part in real.relative_to(root).parts:
        if _there(here / part) and part in os.listdir(here):
            here = here / part
            continue
        if not here.is_dir():
            return None
        same = [
            name for name in os.listdir(here) if protected.folded(name) == protected.folded(part)
        ]
        return (here / same[0]).relative_to(root).as_posix() if same else None
    return None


def _there(path: Path) -> bool:
    return os.path.lexists(path)


def _shown(judged: JudgedPath) -> str:
    if judged.real is None or judged.root is None:
        return ""
    return judged.real.relative_to(judged.root).as_posix()
