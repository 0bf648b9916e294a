"""Path escapes: by real path, and nothing outside the workspace without a word."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from tierwise.edits.confine import Confine, write_new


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace beside a folder of secrets, with links that lead there."""
    root, outside = tmp_path / "ws", tmp_path / "outside"
    (root / "src").mkdir(parents=True)
    outside.mkdir()
    (outside / "passwd").write_text("secret")
    (root / "a.py").write_text("x = 1\n")
    (root / "link").symlink_to(outside)
    (root / "file-link").symlink_to(outside / "passwd")
    (root / "inner-link").symlink_to(root / "a.py")
    os.link(outside / "passwd", root / "hard")
    return root


BASES = ["", "src/", "link/", "./", "src/../", "src/../../", "../", "../ws2/", "../outside/"]
NAMES = [
    "passwd", "x\0y", "con", "NUL.txt", "aux.py", "com1", "a.py:stream", "a.py.", "a.py ",
    "..\\..\\x", "\\\\?\\C:\\x", "C:\\x", "%2e%2e/passwd", "%2e%2e%2fpasswd", "~/x", "~root/x",
    ".git/config", ".GIT/config", ".Git/hooks/pre-commit", ".vscode/settings.json", ".bashrc",
    ".envrc", ".github/workflows/ci.yml", ".gitlab-ci.yml", ".npmrc", ".tierwise.toml",
    ".idea/x.xml", ".devcontainer/devcontainer.json", ".gitattributes", "Jenkinsfile",
    ".husky/pre-commit", ".ssh/config", "file-link", "hard", "link/passwd", "tab\tname",
]  # fmt: skip
HARMLESS = {"passwd", "./passwd", "src/passwd", "src/file-link", "src/hard", "src/link/passwd"}
ESCAPES = [
    base + name for base, name in itertools.product(BASES, NAMES) if base + name not in HARMLESS
]


def test_there_are_enough_of_them() -> None:
    assert len(ESCAPES) >= 300


@pytest.mark.parametrize("name", ESCAPES)
def test_an_escape_is_refused_or_asks(root: Path, name: str) -> None:
    confine = Confine((root,))
    path = confine.path_of(name)
    if path is None:
        return
    judged = confine.judge(path)
    assert judged.verdict in ("refused", "confirm"), judged
    assert judged.why
    if judged.verdict == "confirm":
        assert judged.real is not None
        assert judged.real.is_relative_to(root.resolve())


@pytest.mark.parametrize("name", ["a.py", "src/new.py", "src/deep/er/new.py", "über.py"])
def test_ordinary_files_are_allowed(root: Path, name: str) -> None:
    confine = Confine((root,))
    path = confine.path_of(name)
    assert path is not None
    assert confine.judge(path).verdict == "allowed"


def test_a_link_that_appears_before_the_write_is_not_followed(root: Path) -> None:
    target = root / "new.py"
    target.symlink_to(root.parent / "outside" / "planted.py")
    with pytest.raises(OSError, match=r"."):
        write_new(target, "x = 1\n")
    assert not (root.parent / "outside" / "planted.py").exists()
