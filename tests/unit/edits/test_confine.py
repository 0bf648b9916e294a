"""Path escapes: by real path, and nothing outside the workspace without a word."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from tierwise.edits import nofollow
from tierwise.edits.confine import Confine
from tierwise.present.paths import concerns


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
    "passwd", "x\0y", "con", "NUL.txt", "aux.py", "com1", "com¹", "con .txt", "a.py:stream",
    "a.py::$DATA", "a.py.", "a.py ", "..\\..\\x", "\\\\?\\C:\\x", "//?/C:/x", "C:\\x", "C:x",
    "%2e%2e/passwd", "%2e%2e%2fpasswd", "..%5cpasswd", "~/x", "~root/x", "x\x7fy",
    ".git/config", ".GIT/config", ".Git/hooks/pre-commit", ".g\u200cit/config", "．git/config",
    "git~1/config", ".hg/hgrc", ".vscode/settings.json", ".VSCODE/tasks.json", ".bashrc",
    ".bash_aliases", ".zlogin", ".envrc", ".github/workflows/ci.yml", ".gitlab-ci.yml",
    ".drone.yml", "bitbucket-pipelines.yml", ".npmrc", ".tierwise.toml", ".tierwiseignore",
    ".gitignore", ".idea/x.xml", ".devcontainer/devcontainer.json", ".gitattributes",
    "Jenkinsfile", ".husky/pre-commit", ".ssh/config", ".cursor/mcp.json", ".mcp.json",
    "x.code-workspace", "evil.pth", "sitecustomize.py", ".cargo/config.toml", "A.PY",
    "file-link", "hard", "link/passwd", "tab\tname",
]  # fmt: skip
HARMLESS = {
    "passwd", "./passwd", "src/passwd", "src/file-link", "src/hard", "src/link/passwd", "src/A.PY",
}  # fmt: skip
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
    for kind in ("text", "create", "delete"):
        judged = confine.may(kind, path)
        assert judged.verdict in ("refused", "confirm"), judged
        assert judged.why
        if judged.verdict == "confirm":
            assert judged.real is not None
            assert judged.real.is_relative_to(root.resolve())
            assert judged.real.name in concerns(judged.why), "the question shows the path"
    for ends in ((path, root / "new.py"), (root / "a.py", path)):
        assert confine.may("rename", *ends).verdict in ("refused", "confirm")


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd", "file://server/share/x", "file:///%2e%2e/etc/passwd", "http://x/a.py",
        "untitled:x", "vscode-remote://x/a.py", "file:", "FILE:///etc/passwd", "data:,x",
    ],
)  # fmt: skip
def test_a_uri_leads_nowhere_else(root: Path, uri: str) -> None:
    confine = Confine((root,))
    path = confine.path_of(uri)
    assert path is None or confine.judge(path).verdict == "refused"


def test_a_percent_encoded_uri_is_judged_by_what_it_means(root: Path) -> None:
    confine = Confine((root,))
    inside = confine.path_of(root.as_uri() + "/src/%C3%BCber%20uns.py")
    climbing = confine.path_of(root.as_uri() + "/src/%2e%2e/%2e%2e/outside/passwd")
    hidden = confine.path_of(root.as_uri() + "/%2egit/config")
    assert inside is not None
    assert inside.name == "über uns.py"
    assert confine.judge(inside).verdict == "allowed"
    assert climbing is not None
    assert confine.judge(climbing).verdict == "refused"
    assert hidden is not None
    assert confine.judge(hidden).verdict == "confirm"


@pytest.mark.parametrize("name", ["a.py", "src/new.py", "src/deep/er/new.py", "über.py", "x y.md"])
def test_ordinary_files_are_allowed(root: Path, name: str) -> None:
    confine = Confine((root,))
    path = confine.path_of(name)
    assert path is not None
    assert confine.may("create", path).verdict == "allowed"
    assert confine.may("rename", root / "a.py", root / "b.py").verdict == "allowed"


def test_deleting_always_asks(root: Path) -> None:
    judged = Confine((root,)).may("delete", root / "a.py")
    assert (judged.verdict, concerns(judged.why)) == ("confirm", "a.py will be deleted")


def test_names_that_differ_in_case_or_accents_ask(root: Path) -> None:
    composed = unicodedata.normalize("NFC", "é.py")
    (root / composed).write_text("")
    confine = Confine((root,))
    for name, twin in ((unicodedata.normalize("NFD", composed), composed), ("SRC/x.py", "src")):
        judged = confine.judge(root / name)
        assert judged.verdict == "confirm"
        assert twin in concerns(judged.why)
    assert confine.judge(root / composed).verdict == "allowed"


def test_what_is_no_ordinary_file_is_refused(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for name in ("pipe", "src"):
        assert Confine((root,)).judge(root / name).verdict == "refused"


def test_hidden_files_of_the_home_folder_ask_wherever_the_workspace_is(root: Path) -> None:
    (root / ".config").mkdir()
    at_home = Confine((root,), home=root)
    for name in (".netrc", ".config/app/settings.json", ".local/bin/tool"):
        judged = at_home.judge(root / name)
        assert judged.verdict == "confirm", name
        assert name in concerns(judged.why)
    assert at_home.judge(root / "notes.txt").verdict == "allowed"
    own = Confine((root / ".config",), home=root)
    assert own.judge(root / ".config" / "x.lua").verdict == "allowed"


Change = Callable[[Path], None]


@pytest.mark.parametrize(
    "change",
    [
        lambda root: nofollow.create(root, root / "sub" / "new.py", "x = 1\n"),
        lambda root: nofollow.create(root, root / "sub" / "deep" / "new.py", "x = 1\n"),
        lambda root: nofollow.delete(root, root / "sub" / "passwd"),
        lambda root: nofollow.rename(root, root / "a.py", root, root / "sub" / "new.py"),
        lambda root: nofollow.rename(root, root / "sub" / "passwd", root, root / "mine"),
    ],
    ids=["create", "create below", "delete", "rename to", "rename from"],
)
def test_a_folder_that_became_a_link_is_not_followed(root: Path, change: Change) -> None:
    outside = root.parent / "outside"
    before = sorted(os.listdir(outside))
    (root / "sub").symlink_to(outside)
    with pytest.raises(OSError, match=r"."):
        change(root)
    assert sorted(os.listdir(outside)) == before
    assert not (root / "mine").exists()
    assert (root / "a.py").exists()


def test_a_file_that_became_a_link_is_not_written_through(root: Path) -> None:
    target = root / "new.py"
    target.symlink_to(root.parent / "outside" / "planted.py")
    with pytest.raises(OSError, match=r"."):
        nofollow.create(root, target, "x = 1\n")
    with pytest.raises(OSError, match=r"."):
        nofollow.rename(root, root / "a.py", root, target)
    assert not (root.parent / "outside" / "planted.py").exists()


def test_changes_on_disk_do_what_they_say(root: Path) -> None:
    nofollow.create(root, root / "new" / "deep.py", "x = 1\n")
    nofollow.rename(root, root / "new" / "deep.py", root, root / "moved" / "b.py")
    assert (root / "moved" / "b.py").read_text() == "x = 1\n"
    assert not (root / "new" / "deep.py").exists()
    with pytest.raises(FileExistsError):
        nofollow.rename(root, root / "moved" / "b.py", root, root / "a.py")
    nofollow.delete(root, root / "moved" / "b.py")
    assert not (root / "moved" / "b.py").exists()
