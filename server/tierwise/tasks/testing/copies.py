"""Copies of the working tree, in the state folder, in which tests run.

In a repository the copy is a worktree without a branch, at a commit of the tree as it is now. The
operator's index, stash, branches and HEAD do not change, and no hook runs. Without git the files
are copied, within limits.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tierwise.context.ignore import IgnoreRules
from tierwise.core.dataclass import dataclass
from tierwise.index.walk import Walker

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 500_000_000
"""A folder without git that is larger, or has more files, is not copied."""
LARGEST_NEW: Final = 5_000_000
"""Bytes of the largest untracked file that is copied."""
WITHIN: Final = 120.0
"""Seconds a call of git may take."""
_QUIET: Final = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0",
    "-c", "user.name=tierwise", "-c", "user.email=tierwise@localhost", "-c", "commit.gpgSign=false",
)  # fmt: skip


class NoCopy(Exception):
    """Raised if the tree cannot be copied. Its one argument is the code of the reason."""


@dataclass(frozen=True, slots=True)
class TreeCopy:
    """A copy of a workspace folder: the folder in the copy, and git's hash of its content (""
    without git).
    """

    folder: Path
    tree: str


def copy(
    root: Path, place: Path, link: Sequence[str], also: Sequence[str], rules: IgnoreRules
) -> TreeCopy:
    """Make or renew the copy of `root` at `place`.

    `link` and `also` are ignored paths of a repository that are linked and copied into the copy.
    Raises `NoCopy` if git fails, or a folder without git is too large.
    """
    top = _top(root)
    if top is None:
        return TreeCopy(_plain(root, place, rules), "")
    commit, tree = _snapshot(top, rules)
    if not (place / ".git").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _git(top, "worktree", "prune")
        _git(top, "worktree", "add", "--detach", "--force", str(place), commit)
    else:
        _git(place, "checkout", "--quiet", "--detach", "--force", commit)
        _git(place, "clean", "-ffdxq")
    for name in (*link, *also):
        beside(top, place, name, linked=name in link)
    return TreeCopy(place / root.relative_to(top), tree)


def place_of(state: Path, root: Path, number: int) -> Path:
    """The folder of a copy. `number` distinguishes copies that are used at the same time."""
    name = hashlib.blake2b(os.fsencode(root), digest_size=8).hexdigest()
    return state / "work" / name / str(number)


def write(folder: Path, texts: Mapping[str, bytes]) -> None:
    """Write files into a copy, by their paths below it. Raises `NoCopy` for a path outside."""
    for inside, data in texts.items():
        path = folder / inside
        if not path.resolve().is_relative_to(folder.resolve()):
            raise NoCopy("outside")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _snapshot(top: Path, rules: IgnoreRules) -> tuple[str, str]:
    """A commit of the tree as it is now, and the hash of its content. No ref points to
    the commit.
    """
    index = Path(_git(top, "rev-parse", "--git-path", "index").strip())
    index = index if index.is_absolute() else top / index
    with tempfile.TemporaryDirectory(prefix="tierwise-index-") as folder:
        own = Path(folder) / "index"
        if index.exists():
            shutil.copy2(index, own)
        env = {"GIT_INDEX_FILE": str(own)}
        new = _git(top, "ls-files", "--others", "--exclude-standard", "-z", env=env)
        left = [name for name in new.split("\0") if name and not _may(top / name, rules)]
        out = [f":(exclude,top,literal){name}" for name in left]
        _git(top, "add", "-A", "--", ":/", *out, env=env)
        tree = _git(top, "write-tree", env=env).strip()
    head = _git(top, "rev-parse", "--verify", "--quiet", "HEAD", check=False).strip()
    parent = ("-p", head) if head else ()
    return _git(top, "commit-tree", tree, *parent, "-m", "tierwise").strip(), tree


def _may(path: Path, rules: IgnoreRules) -> bool:
    """Whether an untracked file belongs in the copy."""
    try:
        return path.stat().st_size <= LARGEST_NEW and rules.judge(path).kind != "hard"
    except OSError:
        return False


def _plain(root: Path, place: Path, rules: IgnoreRules) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    files, size = 0, 0
    for seen in Walker(root, rules).files():
        files, size = files + 1, size + seen.size
        if files > MOST_FILES or size > MOST_BYTES:
            raise NoCopy("too_large_to_copy")
        to = place / seen.path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / seen.path, to)
    return place


def beside(top: Path, place: Path, name: str, *, linked: bool) -> None:
    """Link or copy an ignored path of a repository, such as installed packages, into a copy. It
    does nothing if there is no such path, or if the copy has it.
    """
    source, to = top / name, place / name
    if not source.exists() or to.exists() or not source.resolve().is_relative_to(top.resolve()):
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    if linked:
        to.symlink_to(source, target_is_directory=source.is_dir())
    elif source.is_dir():
        shutil.copytree(source, to, symlinks=True)
    else:
        shutil.copy2(source, to)


def _top(root: Path) -> Path | None:
    try:
        said = _git(root, "rev-parse", "--show-toplevel", check=False).strip()
    except NoCopy:
        return None
    return Path(said) if said else None


def _git(folder: Path, *args: str, env: Mapping[str, str] | None = None, check: bool = True) -> str:
    """The output of a git command. Raises `NoCopy` if it fails. Without `check` the output of a
    command that ended with an error is "".
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(
            ["git", *_QUIET, *args],
            cwd=folder,
            env={**clean, **quiet, "LC_ALL": "C", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WITHIN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise NoCopy("git") from None
    if check and done.returncode:
        raise NoCopy("git")
    return done.stdout.decode("utf-8", "surrogateescape") if not done.returncode else ""
