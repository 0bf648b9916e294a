"""What ignore files close stays closed, by every name a file has."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.context.ignore import HARD_FILES, IgnoreLook, IgnoreRules

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / ".git" / "info").mkdir(parents=True)
    return folder


def kind(root: Path, path: str, **more: object) -> str:
    return IgnoreRules((root,), **more).judge(root / path).kind  # type: ignore[arg-type]  # one keyword, extra


@pytest.mark.parametrize("name", HARD_FILES)
def test_every_assistants_ignore_file_is_hard(root: Path, name: str) -> None:
    (root / name).write_text("private/\n*.sql\n!open.sql\n")
    assert kind(root, "private/a.py") == "hard"
    assert kind(root, "src/x.sql") == "hard"
    assert kind(root, "src/open.sql") == "open"
    assert kind(root, "src/a.py") == "open"


def test_nested_files_add_and_reopen_but_not_below_a_closed_folder(root: Path) -> None:
    (root / ".tierwiseignore").write_text("closed/\n*.log\n")
    (root / "closed").mkdir()
    (root / "closed" / ".tierwiseignore").write_text("!a.py\n")
    (root / "src" / ".tierwiseignore").write_text("!keep.log\n/deep/\n")
    assert kind(root, "closed/a.py") == "hard"
    assert kind(root, "src/keep.log") == "open"
    assert kind(root, "src/other.log") == "hard"
    assert kind(root, "src/deep/x.py") == "hard"


def test_a_link_is_judged_by_where_it_leads(root: Path) -> None:
    (root / ".tierwiseignore").write_text("/real/\n")
    (root / "real").mkdir()
    (root / "real" / "a.py").write_text("x = 1\n")
    os.symlink(root / "real" / "a.py", root / "src" / "link.py")
    os.symlink(root / "real", root / "src" / "folder")
    assert kind(root, "src/link.py") == "hard"
    assert kind(root, "src/folder/a.py") == "hard"
    assert kind(root, "src/../real/a.py") == "hard"


@pytest.mark.parametrize(
    "path",
    [".env", "a/.env.local", ".ENV", "server.PEM", "keys/id_rsa", ".ssh/config", ".npmrc"],
)
def test_files_that_hold_keys_are_hard_without_any_rule(root: Path, path: str) -> None:
    assert kind(root, path) == "hard"
    assert IgnoreRules().judge(root / path).kind == "hard"


@pytest.mark.parametrize("path", [".env.example", ".env.sample", "env.py", "src/keys.py"])
def test_their_examples_are_open(root: Path, path: str) -> None:
    assert kind(root, path) == "open"


def test_no_pattern_opens_a_file_that_holds_keys(root: Path) -> None:
    (root / ".tierwiseignore").write_text("!.env\n")
    assert kind(root, ".env") == "hard"
    assert kind(root, ".env", extra=("!.env", "!*")) == "hard"


def test_configured_patterns_are_relative_to_the_root_and_only_add(root: Path) -> None:
    (root / ".tierwiseignore").write_text("*.sql\n")
    assert kind(root, "vendor/a.py", extra=("/vendor/",)) == "hard"
    assert kind(root, "src/vendor/a.py", extra=("/vendor/",)) == "open"
    assert kind(root, "a.sql", extra=("!a.sql",)) == "hard"


def test_git_ignored_files_ask(root: Path) -> None:
    (root / ".gitignore").write_text("build/\n*.tmp\n!keep.tmp\n")
    (root / ".git" / "info" / "exclude").write_text("local.py\n")
    (root / "src" / ".gitignore").write_text("gen.py\n")
    for path in ("build/x.py", "a.tmp", "local.py", "src/gen.py", "src/local.py"):
        assert kind(root, path) == "git", path
    for path in ("keep.tmp", "gen.py", "src/a.py"):
        assert kind(root, path) == "open", path


def test_the_repository_above_a_root_counts(root: Path) -> None:
    (root / ".gitignore").write_text("/src/deep/\n")
    assert IgnoreRules((root / "src",)).judge(root / "src" / "deep" / "a.py").kind == "git"


def test_hard_beats_git(root: Path) -> None:
    (root / ".gitignore").write_text("a.py\n")
    (root / ".aiignore").write_text("a.py\n")
    assert kind(root, "a.py") == "hard"


def test_a_changed_ignore_file_counts_at_once(root: Path) -> None:
    rules = IgnoreRules((root,))
    assert rules.judge(root / "a.py").kind == "open"
    (root / ".tierwiseignore").write_text("a.py\n")
    assert rules.judge(root / "a.py").kind == "hard"
    (root / ".tierwiseignore").write_text("something-else.py\n")
    assert rules.judge(root / "a.py").kind == "open"


def test_an_ignore_file_that_cannot_be_read_closes(root: Path) -> None:
    (root / ".tierwiseignore").mkdir()
    assert kind(root, "src/a.py") == "hard"


def test_a_line_that_is_no_pattern_costs_itself(root: Path) -> None:
    (root / ".tierwiseignore").write_bytes(b"\xef\xbb\xbfa.py\n\xff\xfe\n!\n[\nb.py\n")
    assert kind(root, "a.py") == "hard"
    assert kind(root, "b.py") == "hard"


def test_roots_may_come_and_go(root: Path) -> None:
    (root / ".tierwiseignore").write_text("a.py\n")
    roots: list[Path] = []
    rules = IgnoreRules(lambda: roots)
    assert rules.judge(root / "a.py").kind == "open"
    roots.append(root)
    assert rules.judge(root / "a.py").kind == "hard"


def test_a_path_with_a_null_byte_is_not_sent(root: Path) -> None:
    assert IgnoreRules((root,)).judge("a\0b").kind == "hard"


def test_configured_patterns_may_change(root: Path) -> None:
    patterns = ["*.sql"]
    rules = IgnoreRules((root,), lambda: patterns)
    assert rules.judge(root / "a.csv").kind == "open"
    patterns.append("*.csv")
    assert rules.judge(root / "a.csv").kind == "hard"


def test_a_look_asks_the_disk_once_per_folder_however_many_files(root: Path) -> None:
    asked: list[str] = []
    rules = IgnoreRules((root,))

    def spec(file: str) -> GitIgnoreSpec | None:
        asked.append(file)
        return rules._spec(file)

    def judged(files: int) -> int:
        asked.clear()
        look = IgnoreLook((root,), None, spec)
        kinds = {look.judge(root / "src" / "deep" / f"m{n}.py").kind for n in range(files)}
        assert kinds == {"open"}
        assert len(asked) == len(set(asked))
        return len(asked)

    assert judged(1) == judged(400) > 0


_PATTERN: Final = st.sampled_from(
    [
        "a",
        "b/",
        "/a",
        "*.py",
        "!a",
        "!*.py",
        "a/b",
        "**/b",
        "!b/",
        "/b/",
        "!/a/b",
        "a/*",
        "*",
        "a/**",
        "!a/**",
        "**/",
        "a/**/b",
        "!**/a",
        "!*",
        "/*",
        "!/a/",
        "?",
        "!x.*",
        "[ab]",
    ]
)
_FOLDER: Final = st.sampled_from(["", "a", "b", "a/b", "b/a"])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_FOLDER, st.lists(_PATTERN, min_size=1, max_size=4), max_size=3))
def test_what_git_ignores_is_what_git_says(files: dict[str, list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        for below in ("a/b", "b/a"):
            (root / below).mkdir(parents=True)
        for below, lines in files.items():
            (root / below / ".gitignore").write_text("\n".join(lines) + "\n")
        places = ["", "a/", "b/", "a/b/", "b/a/"]
        paths = [f"{place}{name}" for place in places for name in ("x.py", "c", "d.txt")]
        asked = ["git", "-C", str(root), "check-ignore", "--stdin"]
        said = subprocess.run(asked, input="\n".join(paths), capture_output=True, text=True)
        look = IgnoreRules((root,)).look()
        kept_back = [path for path in paths if look.judge(root / path).kind == "git"]
        assert kept_back == said.stdout.split()
