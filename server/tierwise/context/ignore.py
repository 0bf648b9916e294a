"""Ignore rules: what never leaves the machine, and what never leaves it unasked.

`.tierwiseignore` and the ignore files of other assistants are hard: nothing they name is
sent, whoever asks. A git-ignored file, and one that really lies outside the workspace, is
never context by itself; a selection the operator makes in one is sent after one confirmation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

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
    """Whether a file may be sent: `open`, `git` or `outside` (ask once), `hard` (never).

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
    _specs: dict[Path, tuple[tuple[int, int], GitIgnoreSpec]] = field(default_factory=dict)
    _built_in: GitIgnoreSpec | None = None
    _configured: tuple[tuple[str, ...], GitIgnoreSpec] | None = None

    def judge(self, path: str | os.PathLike[str]) -> IgnoreVerdict:
        """The verdict on a local path, by its own name and by where it really lies."""
        try:
            named = Path(os.path.abspath(path))
            real = named.resolve()
        except (OSError, RuntimeError, ValueError):
            return IgnoreVerdict("hard", "a path that does not resolve")
        verdicts = [self._one(candidate) for candidate in dict.fromkeys((named, real))]
        if self._all_roots() and not any(real.is_relative_to(r) for r in self._all_roots()):
            verdicts.append(IgnoreVerdict("outside", OUTSIDE))
        return max(verdicts, key=lambda verdict: _STRICTER.index(verdict.kind))

    def judge_shown(self, path: str) -> IgnoreVerdict:
        """The verdict on a path as it is shown: absolute, or relative to any of the roots.

        With several roots a shown path begins with the name of its root's folder: `api/src/a.py`.
        """
        roots = self._all_roots()
        named = [
            root / Path(*Path(path).parts[n:])
            for root in roots
            for n in range(1, len(Path(path).parts))
            if root.parts[-n:] == Path(path).parts[:n]
        ]
        places = [*named, *(root / path for root in roots)]
        verdicts = [self.judge(place) for place in places] or [self.judge(path)]
        return max(verdicts, key=lambda verdict: _STRICTER.index(verdict.kind))

    def _one(self, path: Path) -> IgnoreVerdict:
        # Lower case, because some file systems open `.ENV` and `.env` as the same file.
        if self._fixed().match_file(path.as_posix().lstrip("/").lower()):
            return IgnoreVerdict("hard", BUILT_IN)
        inside = [root for root in self._all_roots() if path.is_relative_to(root)]
        for root in inside:
            if self._own().match_file(path.relative_to(root).as_posix()):
                return IgnoreVerdict("hard", CONFIGURED)
            for name in HARD_FILES:
                if self._ignored(path, root, name):
                    return IgnoreVerdict("hard", name)
        for root in inside:
            if self._ignored(path, _git_top(root), ".gitignore"):
                return IgnoreVerdict("git", ".gitignore")
        return IgnoreVerdict("open")

    def _all_roots(self) -> list[Path]:
        roots = self.roots() if callable(self.roots) else self.roots
        found = [Path(os.path.abspath(root)) for root in roots]
        return list(dict.fromkeys([*found, *(root.resolve() for root in found)]))

    def _ignored(self, path: Path, root: Path, name: str) -> bool:
        """Whether ignore files of that name ignore the path, as git reads them.

        From the root down: the last matching pattern of the deepest file wins, but nothing
        below an ignored folder can be opened again.
        """
        specs: list[tuple[Path, GitIgnoreSpec]] = []
        if name == ".gitignore":
            exclude = self._spec(root / ".git" / "info" / "exclude")
            if exclude is not None:
                specs.append((root, exclude))
        parts = path.relative_to(root).parts
        here = root
        for depth, part in enumerate(parts):
            spec = self._spec(here / name)
            if spec is not None:
                specs.append((here, spec))
            here = here / part
            folder = depth < len(parts) - 1
            ignored = False
            for base, known in specs:
                shown = here.relative_to(base).as_posix() + ("/" if folder else "")
                include = known.check_file(shown).include
                if include is not None:
                    ignored = include
            if ignored:
                return True
        return False

    def _spec(self, file: Path) -> GitIgnoreSpec | None:
        try:
            stat = file.stat()
        except (OSError, ValueError):
            return None
        changed = (stat.st_mtime_ns, stat.st_size)
        known = self._specs.get(file)
        if known is not None and known[0] == changed:
            return known[1]
        from pathspec import GitIgnoreSpec

        try:
            spec = _compiled(file.read_text(encoding="utf-8-sig", errors="replace").splitlines())
        except OSError:
            # An ignore file that cannot be read must not open what it was meant to close.
            spec = GitIgnoreSpec.from_lines(["*"])
        self._specs[file] = (changed, spec)
        return spec

    def _fixed(self) -> GitIgnoreSpec:
        if self._built_in is None:
            self._built_in = _compiled(SECRET_PATTERNS)
        return self._built_in

    def _own(self) -> GitIgnoreSpec:
        given = self.extra() if callable(self.extra) else self.extra
        patterns = tuple(p for p in given if not p.lstrip().startswith("!"))
        if self._configured is None or self._configured[0] != patterns:
            self._configured = (patterns, _compiled(patterns))
        return self._configured[1]


def _compiled(lines: Iterable[str]) -> GitIgnoreSpec:
    """Patterns as git reads them; a line that is no pattern costs itself and not the file."""
    from pathspec import GitIgnoreSpec

    valid = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        valid.append(line)
    return GitIgnoreSpec.from_lines(valid)


def _git_top(root: Path) -> Path:
    """The folder whose `.gitignore` counts first: the repository the root lies in."""
    return next((p for p in (root, *root.parents) if (p / ".git").exists()), root)
