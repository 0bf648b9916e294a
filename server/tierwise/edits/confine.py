"""Where an edit may be written: inside the workspace, by real path, and nowhere else.

What counts is where a path leads, not how it is spelled: symbolic links, `..`, percent
encoding and other names for the same file are followed first. Files that run code or
configure the editor need an explicit yes even inside.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

_DEVICE: Final = re.compile(r"(?i)^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\..*)?$")
_PROTECTED_FOLDERS: Final = frozenset(
    (".git", ".vscode", ".idea", ".github", ".gitlab", ".circleci", ".ci", ".husky", ".nvim",
     ".devcontainer", ".ssh")
)  # fmt: skip
_PROTECTED_FILES: Final = frozenset(
    (".bashrc", ".zshrc", ".profile", ".bash_profile", ".zprofile", ".zshenv", ".envrc",
     ".gitlab-ci.yml", ".travis.yml", "jenkinsfile", "azure-pipelines.yml", ".nvim.lua",
     ".exrc", ".vimrc", ".nvimrc", ".gitconfig", ".gitmodules", ".gitattributes",
     ".pre-commit-config.yaml", ".tierwise.toml", ".tierwiseignore", ".npmrc", ".yarnrc")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a path may be written: `allowed`, `confirm` or `refused`; `why` is shown."""

    verdict: Literal["allowed", "confirm", "refused"]
    why: str = ""
    real: Path | None = None


@dataclass(frozen=True)
class Confine:
    """The workspace folders edits are confined to."""

    roots: Sequence[Path]

    def path_of(self, name: str) -> Path | None:
        """The local path of a workspace-relative name or file URI; None for anything else."""
        if re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]+:", name):
            parts = urlsplit(name)
            return Path(unquote(parts.path)) if parts.scheme == "file" else None
        path = Path(name)
        if path.is_absolute() or not self.roots:
            return path if path.is_absolute() else None
        homes = [root / path for root in self.roots]
        return next((p for p in homes if p.exists()), homes[0])

    def judge(self, path: Path) -> Judged:
        """Judge a local path by where it really leads."""
        spelled = os.fspath(path)
        odd = _odd(spelled)
        if odd:
            return Judged("refused", odd)
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError):
            return Judged("refused", "the path does not resolve")
        roots = [root.resolve() for root in self.roots]
        home = next((root for root in roots if real.is_relative_to(root)), None)
        if home is None or real == home:
            return Judged("refused", "it lies outside the workspace")
        if path.is_symlink():
            return Judged("confirm", f"{path.name} is a link to {_inside(real, home)}", real)
        try:
            if real.is_file() and real.stat().st_nlink > 1:
                return Judged("confirm", f"{_inside(real, home)} is also known elsewhere", real)
        except OSError:
            return Judged("refused", "the path cannot be looked at")
        inside = real.relative_to(home)
        folded = [unicodedata.normalize("NFKC", p).casefold() for p in inside.parts]
        if any(p in _PROTECTED_FOLDERS for p in folded) or folded[-1] in _PROTECTED_FILES:
            return Judged("confirm", f"{inside.as_posix()} is protected", real)
        return Judged("allowed", real=real)


def write_new(path: Path, text: str) -> None:
    """Create a file, never through a link and never over one that is there. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags, 0o644), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _odd(spelled: str) -> str:
    if "\0" in spelled or any(ord(c) < 32 for c in spelled):
        return "the path has control characters"
    if "\\" in spelled:
        return "the path has backslashes"
    for part in Path(spelled).parts:
        if part in ("/", os.sep):
            continue
        if part == "..":
            return "the path climbs out of its folder"
        if ":" in part:
            return "the path names a stream or a drive"
        if part != part.rstrip(" ."):
            return "the path ends in a dot or a space"
        if _DEVICE.match(part):
            return "the path names a device"
        if "%" in part and unquote(part) != part:
            return "the path is percent-encoded"
        if part.lower().startswith("~"):
            return "the path starts at a home folder"
    return ""


def _inside(real: Path, home: Path) -> str:
    return real.relative_to(home).as_posix()
