"""Where an edit may go: inside the workspace, by real path, and nowhere else.

What counts is where a path leads, not how it is spelled: symbolic links, `..`, percent
encoding and other names for the same file are followed or refused first. Files that run
code or configure tools need an explicit yes even inside, and so does what is known by a
second name.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from tierwise.core.views import HunkKind
from tierwise.edits import protected

_DEVICE: Final = re.compile(
    r"(?i)^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:\s*\..*)?$"
)
_SCHEME: Final = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]+:")

_ORDER: Final = ("allowed", "confirm", "refused")


@dataclass(frozen=True, slots=True)
class JudgedPath:
    """Whether a path may be changed; `why` is a sentence that names the path, to be shown.

    `real` is where it leads and `root` the workspace folder that holds it, both resolved;
    None for what is refused.
    """

    verdict: Literal["allowed", "confirm", "refused"]
    why: str = ""
    real: Path | None = None
    root: Path | None = None


@dataclass(frozen=True)
class Confine:
    """The workspace folders edits are confined to. `home` is the operator's home folder."""

    roots: Sequence[Path]
    home: Path | None = None

    def path_of(self, name: str) -> Path | None:
        """The local path of a workspace-relative name or file URI; None for anything else."""
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
        """Whether this kind of change may be made to a path: the one place that says so.

        The stricter of both ends of a rename counts. Deleting a file always asks, and so
        does renaming one over to where tools look for code to run.
        """
        judged = self.judge(path)
        if to is not None:
            other = self.judge(to)
            if _ORDER.index(other.verdict) > _ORDER.index(judged.verdict):
                judged = other
            elif judged.verdict == other.verdict == "confirm":
                judged = JudgedPath(
                    "confirm", f"{judged.why}. {other.why}", judged.real, judged.root
                )
        if kind == "delete" and judged.verdict != "refused":
            said = f"{_shown(judged)} will be deleted"
            why = f"{said}. {judged.why}" if judged.why else said
            return JudgedPath("confirm", why, judged.real, judged.root)
        return judged

    def judge(self, path: Path) -> JudgedPath:
        """Judge a local path by where it really leads."""
        odd = _odd(path)
        if odd:
            return JudgedPath("refused", odd)
        try:
            real = path.resolve()
            roots = [root.resolve() for root in self.roots]
            root = next((root for root in roots if real.is_relative_to(root)), None)
            if root is None or real == root:
                return JudgedPath("refused", "it lies outside the workspace")
            found = os.lstat(real) if _there(real) else None
            twin = _twin(real, root)
            why = protected.why(real.relative_to(root).parts) or self._at_home(real)
        except (OSError, RuntimeError, ValueError):
            return JudgedPath("refused", "the path does not resolve")
        if found is not None and not stat.S_ISREG(found.st_mode):
            return JudgedPath("refused", "it is no ordinary file")
        inside = real.relative_to(root).as_posix()
        reasons = []
        if path.is_symlink():
            reasons.append(f"{path.name} is a link to {inside}")
        if found is not None and found.st_nlink > 1:
            reasons.append(f"{inside} is known by another name too, which would change with it")
        if twin is not None:
            reasons.append(f"{inside} differs from {twin} only in case or accents")
        if why is not None:
            reasons.append(f"{inside} {why}")
        if reasons:
            return JudgedPath("confirm", ". ".join(reasons), real, root)
        return JudgedPath("allowed", "", real, root)

    def _at_home(self, real: Path) -> str | None:
        """A hidden file of the home folder configures a program, whoever made it a workspace."""
        home = (self.home or Path.home()).resolve()
        if not real.is_relative_to(home):
            return None
        top = real.relative_to(home).parts[:1]
        if not top or not top[0].startswith("."):
            return None
        own = [root for root in map(Path.resolve, self.roots) if home in root.parents]
        if any(root.relative_to(home).parts[:1] == top for root in own):
            return None
        return "is a hidden file of your home folder"


def _odd(path: Path) -> str:
    """What is wrong with how a path is spelled, on any system it may end up on; "" if nothing.

    A name that only other systems forbid is no fault of a file that is there.
    """
    spelled = os.fspath(path)
    if any(ord(c) < 32 or ord(c) == 127 for c in spelled):
        return "the path has control characters"
    if path.anchor.startswith(("\\\\", "//")):
        return "the path names a device or another machine"
    here = Path(path.anchor)
    for part in path.parts[1 if path.anchor else 0 :]:
        here = here / part
        if part == "..":
            return "the path climbs out of its folder"
        why = _forbidden_elsewhere(part)
        if why and not (os.name == "posix" and _there(here)):
            return why
    return ""


def _forbidden_elsewhere(part: str) -> str:
    """Why a part of a path means something else, or nothing, on some system; "" if on none."""
    if "\\" in part:
        return "the path has backslashes"
    if ":" in part:
        return "the path names a stream or a drive"
    if part != part.rstrip(" ."):
        return "the path ends in a dot or a space"
    if _DEVICE.match(part):
        return "the path names a device"
    if "%" in part and unquote(part) != part:
        return "the path is percent-encoded"
    if part.startswith("~"):
        return "the path starts at a home folder"
    return ""


def _twin(real: Path, root: Path) -> str | None:
    """A file beside some part of the path whose name is the same to a careless file system."""
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
        return "the file"
    return judged.real.relative_to(judged.root).as_posix()
