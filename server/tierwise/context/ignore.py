"""Ignore rules: what never leaves the machine, and what never leaves it unasked.

`.tierwiseignore` and the ignore files of other assistants are hard: nothing they name is
sent, whoever asks. A git-ignored file is never context by itself; a selection the operator
makes in one is sent after one confirmation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

HARD_FILES: Final = (
    ".tierwiseignore", ".aiignore", ".aiexclude", ".cursorignore", ".copilotignore",
    ".codeiumignore", ".clineignore", ".rooignore", ".continueignore", ".geminiignore",
)  # fmt: skip
SECRET_PATTERNS: Final = (
    ".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template",
    "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "id_rsa", "id_dsa", "id_ecdsa",
    "id_ed25519", ".netrc", ".pgpass", ".npmrc", ".pypirc", "credentials.json", ".git-credentials",
    ".ssh/", ".aws/", ".gnupg/",
)  # fmt: skip
"""Files that hold keys by convention; hard wherever they lie."""

Kind = Literal["open", "git", "hard"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file may be sent: `open`, `git` (ask once) or `hard` (never); `by` says why."""

    kind: Kind
    by: str = ""


@dataclass
class IgnoreRules:
    """The rules of a workspace. Without a root only the built-in patterns hold."""

    roots: Sequence[Path] = ()
    extra: Iterable[str] = ()
    _specs: dict[Path, tuple[int, GitIgnoreSpec | None]] = field(default_factory=dict)
    _built_in: GitIgnoreSpec | None = None

    def judge(self, path: str | os.PathLike[str]) -> Verdict:
        """The verdict on a local path, by its own name and by where it really lies."""
        named = Path(os.path.abspath(path))
        try:
            real = named.resolve()
        except (OSError, RuntimeError):
            return Verdict("hard", "a path that does not resolve")
        verdicts = [self._one(candidate) for candidate in {named, real}]
        for kind in ("hard", "git"):
            for verdict in verdicts:
                if verdict.kind == kind:
                    return verdict
        return Verdict("open")

    def _one(self, path: Path) -> Verdict:
        if self._fixed().match_file(path.as_posix().lstrip("/")):
            return Verdict("hard", "it may hold keys")
        root = next((r for r in self._all_roots() if path.is_relative_to(r)), None)
        if root is None:
            return Verdict("open")
        for name in HARD_FILES:
            if self._ignored(path, root, name):
                return Verdict("hard", name)
        if self._ignored(path, root, ".gitignore") or self._excluded(path, root):
            return Verdict("git", ".gitignore")
        return Verdict("open")

    def _all_roots(self) -> list[Path]:
        found = [Path(os.path.abspath(root)) for root in self.roots]
        return [*found, *(root.resolve() for root in found)]

    def _ignored(self, path: Path, root: Path, name: str) -> bool:
        """Whether ignore files of that name, from the root down, ignore the path; the last wins."""
        ignored = False
        folders = [root]
        for part in path.parent.relative_to(root).parts:
            folders.append(folders[-1] / part)
        for folder in folders:
            spec = self._spec(folder / name)
            if spec is None:
                continue
            verdict = spec.check_file(path.relative_to(folder).as_posix()).include
            if verdict is not None:
                ignored = verdict
        return ignored

    def _excluded(self, path: Path, root: Path) -> bool:
        spec = self._spec(root / ".git" / "info" / "exclude")
        return spec is not None and spec.match_file(path.relative_to(root).as_posix())

    def _spec(self, file: Path) -> GitIgnoreSpec | None:
        try:
            changed = file.stat().st_mtime_ns
        except OSError:
            return None
        known = self._specs.get(file)
        if known is not None and known[0] == changed:
            return known[1]
        from pathspec import GitIgnoreSpec

        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            spec = GitIgnoreSpec.from_lines(lines)
        except (OSError, ValueError):
            # An ignore file that cannot be read must not open what it was meant to close.
            spec = GitIgnoreSpec.from_lines(["*"])
        self._specs[file] = (changed, spec)
        return spec

    def _fixed(self) -> GitIgnoreSpec:
        if self._built_in is None:
            from pathspec import GitIgnoreSpec

            self._built_in = GitIgnoreSpec.from_lines([*SECRET_PATTERNS, *self.extra])
        return self._built_in
