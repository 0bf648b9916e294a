"""Ignore rules: what never leaves the machine, and what never leaves it unasked.

`.tierwiseignore` and the ignore files of other assistants are hard: nothing they name is
sent, whoever asks. A git-ignored file, and one that really lies outside the workspace, is
never context by itself; a selection the operator makes in one is sent after one confirmation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from tierwise.core.dataclass import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

HARD_FILES: Final = (
    ".tierwiseignore", ".aiignore", ".aiexclude", ".cursorignore", ".copilotignore",
    ".codeiumignore", ".clineignore", ".rooignore", ".continueignore", ".geminiignore",
    ".augmentignore", ".aiderignore", ".claudeignore", ".noai",
)  # fmt: skip
SECRET_PATTERNS: Final = (
    ".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template", ".envrc",
    "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc", ".pgpass", ".npmrc",
    ".pypirc", ".htpasswd", "credentials.json", ".git-credentials",
    ".ssh/", ".aws/", ".gnupg/", ".kube/config", ".docker/config.json",
)  # fmt: skip
"""Files that hold keys by convention; hard wherever they lie, and no pattern opens them."""

BUILT_IN: Final = "it may hold keys"
CONFIGURED: Final = "the configuration"

OUTSIDE: Final = "it lies outside the workspace"
_STRICTER: Final = ("open", "git", "outside", "hard")

Kind = Literal["open", "git", "outside", "hard"]


@dataclass(frozen=True, slots=True)
class IgnoreVerdict:
    """Whether a file may be sent: `open` (yes), `git` or `outside` (only after the operator is
    asked once), `hard` (never).

    `by` names the rule.
    """

    kind: Kind
    by: str = ""


@dataclass
class IgnoreRules:
    """The rules of a workspace. Without a root only the built-in patterns hold.

    `extra` are patterns of the configuration, relative to each root; they can only add to
    what is ignored. Both may be functions, for folders and settings that change. Ignore files
    are read again when their time stamp or size changes.
    """

    roots: Sequence[Path] | Callable[[], Sequence[Path]] = ()
    extra: Iterable[str] | Callable[[], Iterable[str]] = ()
    _specs: dict[str, tuple[tuple[int, int], GitIgnoreSpec]] = field(default_factory=dict)
    _configured: tuple[tuple[str, ...], GitIgnoreSpec | None] = ((), None)

    def look(self) -> IgnoreLook:
        """The rules frozen as they are now. One object judges many files and asks the disk once."""
        roots = self.roots() if callable(self.roots) else self.roots
        return IgnoreLook(roots, self._own(), self._spec)

    def judge(self, path: str | os.PathLike[str]) -> IgnoreVerdict:
        """Whether the file at a local path may be sent, by its own name and by where it really
        lies.
        """
        return self.look().judge(path)

    def judge_shown(self, path: str) -> IgnoreVerdict:
        """Whether the file at a path as it is shown may be sent. The path is absolute, or relative
        to any of the roots.
        """
        return self.look().judge_shown(path)

    def _spec(self, file: str) -> GitIgnoreSpec | None:
        """The patterns of an ignore file, None where there is no such file.

        They are read again if it changed.
        """
        try:
            stat = os.stat(file)
        except (OSError, ValueError):
            return None
        changed = (stat.st_mtime_ns, stat.st_size)
        known = self._specs.get(file)
        if known is not None and known[0] == changed:
            return known[1]
        from pathspec import GitIgnoreSpec

        try:
            with open(file, encoding="utf-8-sig", errors="replace") as opened:
                spec = _compiled(opened.read().splitlines())
        except OSError:
            # An ignore file that cannot be read must not open what it was meant to close.
            spec = GitIgnoreSpec.from_lines(["*"])
        self._specs[file] = (changed, spec)
        return spec

    def _own(self) -> GitIgnoreSpec | None:
        given = self.extra() if callable(self.extra) else self.extra
        patterns = tuple(p for p in given if not p.lstrip().startswith("!"))
        if self._configured[0] != patterns:
            self._configured = (patterns, _compiled(patterns))
        return self._configured[1]


@dataclass(frozen=True, slots=True)
class _Folder:
    """The patterns of the ignore files of one name that apply in a folder.

    `closed` says that the folder is ignored with all that is in it. Each of `specs` comes with the
    folder of its ignore file, which its patterns are relative to.
    """

    closed: bool = False
    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def ignores(self, path: str) -> bool:
        """Whether a path in this folder is ignored. The path of a folder ends in a slash."""
        ignored = self.closed
        for base, spec in self.specs:
            said = _said(spec, _below(path, base))
            ignored = ignored if said is None else said
        return ignored


_NOTHING: Final = _Folder()


class IgnoreLook:
    """The ignore rules at one moment. The disk is asked only once for each folder.

    Changes of ignore files after that are not seen. So this is made for one pass over the files of
    a request, and never kept. `spec` reads an ignore file.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        own: GitIgnoreSpec | None,
        spec: Callable[[str], GitIgnoreSpec | None],
    ) -> None:
        named = [os.path.abspath(root) for root in roots]
        self._roots = list(dict.fromkeys([*named, *map(os.path.realpath, named)]))
        self._tops = {root: _git_top(root) for root in self._roots}
        self._own, self._spec = own, spec
        self._folders: dict[tuple[str, str, str], _Folder] = {}
        self._hard: dict[tuple[str, str], tuple[tuple[str, _Folder], ...]] = {}
        self._real: dict[str, str] = {}

    def judge(self, path: str | os.PathLike[str]) -> IgnoreVerdict:
        """Whether the file at a local path may be sent, by its own name and by where it really
        lies.
        """
        try:
            named = os.path.abspath(path)
            real = self._really(named)
        except (OSError, RuntimeError, ValueError):
            return IgnoreVerdict("hard", "a path that does not resolve")
        verdicts = [self._one(candidate) for candidate in dict.fromkeys((named, real))]
        if self._roots and not any(_inside(real, root) for root in self._roots):
            verdicts.append(IgnoreVerdict("outside", OUTSIDE))
        return max(verdicts, key=lambda verdict: _STRICTER.index(verdict.kind))

    def closed(self, folder: str) -> bool:
        """Whether ignore files or the configuration keep back everything below a folder.

        `folder` is its real path.
        """
        inside = [root for root in self._roots if _inside(folder, root)]
        if self._own is not None:
            shown = (_below(folder, root) + "/" for root in inside if folder != root)
            if any(self._own.match_file(path) for path in shown):
                return True
        return any(
            any(found.closed for _, found in self._hard_of(root, folder))
            or self._folder(self._tops[root], folder, ".gitignore").closed
            for root in inside
        )

    def judge_shown(self, path: str) -> IgnoreVerdict:
        """The verdict on a path as it is shown: absolute, or relative to any of the roots.

        With several roots a shown path begins with the name of its root's folder: `api/src/a.py`.
        """
        parts = Path(path).parts
        named = [
            Path(root, *parts[n:])
            for root in self._roots
            for n in range(1, len(parts))
            if Path(root).parts[-n:] == parts[:n]
        ]
        places = [*named, *(Path(root, path) for root in self._roots)]
        verdicts = [self.judge(place) for place in places] or [self.judge(path)]
        return max(verdicts, key=lambda verdict: _STRICTER.index(verdict.kind))

    def _really(self, named: str) -> str:
        """Where a path really lies. Raises like `Path.resolve`, and `ValueError` for a null."""
        if "\0" in named:
            raise ValueError("a null byte")
        if os.name == "nt" or os.path.islink(named):
            return str(Path(named).resolve())
        folder, name = os.path.split(named)
        if folder not in self._real:
            self._real[folder] = str(Path(folder).resolve())
        return os.path.join(self._real[folder], name)

    def _one(self, path: str) -> IgnoreVerdict:
        # Lower case, because some file systems open `.ENV` and `.env` as the same file.
        if _holds_keys(Path(path).as_posix().lstrip("/").lower()):
            return IgnoreVerdict("hard", BUILT_IN)
        folder = os.path.dirname(path)
        inside = [root for root in self._roots if _inside(path, root, proper=True)]
        for root in inside:
            if self._own is not None and self._own.match_file(_below(path, root)):
                return IgnoreVerdict("hard", CONFIGURED)
            for name, found in self._hard_of(root, folder):
                if found.ignores(path):
                    return IgnoreVerdict("hard", name)
        for root in inside:
            if self._folder(self._tops[root], folder, ".gitignore").ignores(path):
                return IgnoreVerdict("git", ".gitignore")
        return IgnoreVerdict("open")

    def _hard_of(self, root: str, folder: str) -> tuple[tuple[str, _Folder], ...]:
        """The hard ignore files that apply to a folder, by name."""
        key = (root, folder)
        if key not in self._hard:
            found = ((name, self._folder(root, folder, name)) for name in HARD_FILES)
            self._hard[key] = tuple((name, f) for name, f in found if f != _NOTHING)
        return self._hard[key]

    def _folder(self, root: str, folder: str, name: str) -> _Folder:
        """The patterns of the ignore files of one name that apply in a folder, as git reads them.

        Files are read from the root down. The last matching pattern of the deepest file wins, but
        nothing below an ignored folder can be opened again.
        """
        chain = [folder]
        while (root, chain[-1], name) not in self._folders and chain[-1] != root:
            chain.append(os.path.dirname(chain[-1]))
        for here in reversed(chain):
            key = (root, here, name)
            if key not in self._folders:
                above = self._folders.get((root, os.path.dirname(here), name))
                self._folders[key] = self._one_folder(here, name, above if here != root else None)
        return self._folders[root, folder, name]

    def _one_folder(self, here: str, name: str, above: _Folder | None) -> _Folder:
        specs = above.specs if above is not None else ()
        if above is None and name == ".gitignore":
            exclude = self._spec(os.path.join(here, ".git", "info", "exclude"))
            specs = ((here, exclude),) if exclude is not None else ()
        elif above is not None and above.ignores(here + os.sep):
            return _Folder(closed=True)
        own = self._spec(os.path.join(here, name))
        specs = (*specs, (here, own)) if own is not None else specs
        return _Folder(specs=specs) if specs else _NOTHING


@lru_cache(maxsize=1)
def _secret_patterns() -> GitIgnoreSpec:
    return _compiled(SECRET_PATTERNS)


@lru_cache(maxsize=4096)
def _holds_keys(path: str) -> bool:
    """Whether a path (in lower case) is of a file that holds keys by convention."""
    return _secret_patterns().match_file(path)


def _said(spec: GitIgnoreSpec, path: str) -> bool | None:
    """Whether the last pattern that matches a path itself ignores it; None where no pattern
    matches.

    The library lets a pattern also match everything below a match. Here the folders of a path are
    asked one by one, so that would count twice: `!docs` after `secret/` would open `docs/secret/`.
    """
    for pattern in reversed(spec.patterns):
        regex: re.Pattern[str] | None = getattr(pattern, "regex", None)
        matches = regex.finditer(path) if regex is not None else ()
        if any(_is_whole(match, path) for match in matches):
            return pattern.include
    return None


def _is_whole(match: re.Match[str], path: str) -> bool:
    """Whether a pattern matched a path itself, and not a folder that the path lies in."""
    if match.re.pattern == ".":
        return True  # `*` and `**` match everything by itself.
    if "ps_d" in match.re.groupindex:
        return match.end() == len(path)
    return match.end() < len(path)


def _inside(path: str, folder: str, *, proper: bool = False) -> bool:
    """Whether a path lies in a folder.

    The folder itself counts as inside, unless `proper` is set.
    """
    if path == folder:
        return not proper
    return path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def _below(path: str, folder: str) -> str:
    """A path relative to a folder it lies in, with slashes; a slash at its end stays."""
    start = len(folder) if folder.endswith(os.sep) else len(folder) + 1
    return path[start:].replace(os.sep, "/")


def _compiled(lines: Iterable[str]) -> GitIgnoreSpec:
    """Patterns as git reads them. A line that is no valid pattern is skipped, the others count."""
    from pathspec import GitIgnoreSpec

    valid = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        valid.append(line)
    return GitIgnoreSpec.from_lines(valid)


def _git_top(root: str) -> str:
    """The folder whose `.gitignore` counts first: the repository that the root lies in, else the
    root itself.
    """
    around = (Path(root), *Path(root).parents)
    return next((str(p) for p in around if os.path.exists(p / ".git")), root)
