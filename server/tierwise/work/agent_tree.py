"""The copy of the tree that a job's command works in, and what the command changed in it.

The copy is a git repository of its own with one commit, so that no git command reaches the
operator's repository. Changes are found by comparing file by file. No git runs on the result,
because the command could have changed git's configuration.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tierwise.context.ignore import IgnoreRules
from tierwise.core.dataclass import dataclass
from tierwise.syntax import encoding
from tierwise.tasks.testing import copies
from tierwise.tasks.testing.copies import NoCopy

COPY: Final = 200
"""The number of the shared copy of the tree. The copies for commands are made from it."""
LARGEST: Final = 5_000_000
"""Bytes of the largest file that is read. Larger files are left out of a proposal."""
WITHIN: Final = 120.0
"""Seconds a call of git may take."""
_COMMIT: Final = (
    "git", "-c", "core.hooksPath=/dev/null", "-c", "user.name=tierwise", "-c",
    "user.email=tierwise@localhost", "-c", "commit.gpgSign=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TreeChange:
    """A file before and after, None where it does not exist. `path` is relative to the tree."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class AgentTree:
    """The folder of one job: `base` holds the tree as it was, `work` is where the command runs."""

    folder: Path

    @property
    def base(self) -> Path:
        return self.folder / "base"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def made(self) -> bool:
        """Whether an earlier run finished the copy."""
        return (self.folder / "made").exists()

    def make(self, root: Path, state: Path, rules: IgnoreRules, texts: Mapping[str, bytes],
             link: Sequence[str], also: Sequence[str]) -> None:  # fmt: skip
        """Copy the current tree, and write the unsaved `texts` into it. Raises `NoCopy`.

        `link` and `also` are paths beside the tracked files: the first are linked, the second
        copied.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        made = copies.copy(root, copies.place_of(state, root, COPY), (), (), rules)
        try:
            left = shutil.ignore_patterns(".git")
            shutil.copytree(made.folder, self.base, symlinks=True, ignore=left)
            copies.write(self.base, texts)
            shutil.copytree(self.base, self.work, symlinks=True)
            _repository(self.work)
        except (OSError, shutil.Error, subprocess.SubprocessError):
            raise NoCopy("copy") from None
        for name in (*link, *also):
            copies.beside(root, self.work, name, linked=name in link)
        (self.folder / "made").touch()

    def changes(self, root: Path, rules: IgnoreRules) -> tuple[list[TreeChange], int]:
        """What the command changed, and how many changed files are left out.

        A file is left out if it is no text, too large, or new and kept back by a rule. A new file
        that git ignores does not count.
        """
        found, left, look = [], 0, rules.look()
        before, after = set(_files(self.base)), set(_files(self.work))
        for path in sorted(before | after):
            if path not in before and look.judge(str(root / path)).kind == "git":
                continue
            old, new = _read(self.base / path), _read(self.work / path)
            if old == new:
                continue
            before_text, after_text = _text(old), _text(new)
            unread = (old is not None and before_text is None) or (
                new is not None and after_text is None
            )
            if unread or (path not in before and look.judge(str(root / path)).kind != "open"):
                left += 1
                continue
            found.append(TreeChange(path, before_text, after_text))
        return found, left

    def ended(self) -> str | None:
        """What the command printed if it ended well. None if it did not end well yet."""
        try:
            return (self.folder / "ended").read_text(encoding="utf-8")
        except OSError:
            return None

    def end(self, output: str) -> None:
        """Note that the command ended well, so that it does not run and cost again."""
        part = self.folder / "ended.part"
        with part.open("w", encoding="utf-8") as file:
            file.write(output)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / "ended")

    def remove(self) -> None:
        """Remove the tree, because the job is over."""
        shutil.rmtree(self.folder, ignore_errors=True)


def tree_of(state: Path, job: str) -> AgentTree:
    """The folder in the state folder where the command of this job has its copy of the tree. It may
    not exist yet.
    """
    return AgentTree(state / "work" / "agents" / job)


def forget_others(state: Path, jobs: Sequence[str]) -> None:
    """Remove the copies of all jobs except `jobs`, which are those that are not over."""
    for folder in (state / "work" / "agents").glob("*"):
        if folder.name not in jobs:
            shutil.rmtree(folder, ignore_errors=True)


def _repository(folder: Path) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    for args in (("init", "-q"), ("add", "-A"), ("commit", "-q", "--allow-empty", "-m", "before")):
        subprocess.run(
            [*_COMMIT, *args], cwd=folder, env=clean, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=WITHIN, check=True,
        )  # fmt: skip


def _files(folder: Path) -> Iterator[str]:
    """The regular files below a folder, without git's own."""
    for here, folders, names in os.walk(folder):
        folders[:] = [n for n in folders if n != ".git" and not os.path.islink(f"{here}/{n}")]
        for name in names:
            path = Path(here, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _read(path: Path) -> bytes | None:
    """The bytes of a file. None if there is none.

    A file that is too large gives two zero bytes, which no text has.
    """
    try:
        if path.is_symlink() or not path.is_file():
            return None
        return path.read_bytes() if path.stat().st_size <= LARGEST else b"\0\0"
    except OSError:
        return None


def _text(data: bytes | None) -> str | None:
    try:
        return None if data is None else encoding.decode(data)[0]
    except encoding.NotText:
        return None
