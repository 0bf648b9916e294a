"""The walk over a project comes to what the ignore rules call open, and to nothing else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.context.ignore import IgnoreRules
from tierwise.index.content import vendored
from tierwise.index.walk import NEVER, Walker, as_spelled

NAMES = st.sampled_from(["a", "b", "docs", "build", "x.py", "y.md", ".env", "id_rsa", "Z.PEM"])
PATTERNS = st.sampled_from(
    ["a", "b/", "*.py", "!x.py", "/docs", "docs/**", "!docs/a", "**/b", "a/*", "!/a/x.py", "*",
     "!*/",
     "build/", "\\!x.py", "# a", "[ab]", "", "y.*"]
)  # fmt: skip
IGNORE_NAMES = st.sampled_from([".gitignore", ".tierwiseignore", ".cursorignore", ".noai"])
FILE = st.lists(NAMES, min_size=1, max_size=4)
IGNORES = st.tuples(st.lists(NAMES, max_size=2), IGNORE_NAMES, st.lists(PATTERNS, max_size=4))
CHANGE = st.tuples(st.lists(FILE, max_size=6), st.lists(IGNORES, max_size=3))


def make(
    root: Path, files: list[list[str]], ignores: list[tuple[list[str], str, list[str]]]
) -> None:
    for parts in files:
        path = root.joinpath(*parts)
        if any(p.is_file() for p in path.parents) or path.is_dir():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n", encoding="utf-8")
    for parts, name, patterns in ignores:
        folder = root.joinpath(*parts)
        if not any(p.is_file() for p in (folder, *folder.parents)):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("\n".join(patterns), encoding="utf-8")


def judged(root: Path, rules: IgnoreRules) -> Iterator[str]:
    """Every file that may be indexed, each judged by itself."""
    for here, folders, files in os.walk(root):
        inside = Path(here).relative_to(root)
        folders[:] = [
            f for f in folders if f not in NEVER and not vendored((inside / f).as_posix())
        ]
        for name in files:
            if (
                rules.judge(Path(here) / name).kind == "open"
                and not (Path(here) / name).is_symlink()
            ):
                yield (inside / name).as_posix()


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(CHANGE, min_size=1, max_size=3), git=st.booleans(), patterns=st.lists(PATTERNS)
)
def test_a_walk_and_the_verdicts_agree_however_the_rules_change(
    steps: list[tuple[list[list[str]], list[tuple[list[str], str, list[str]]]]],
    git: bool,
    patterns: list[str],
) -> None:
    """The same walker, again after each change: verdicts it kept must not outlive their rules."""
    home = Path(tempfile.mkdtemp())
    try:
        root = (home / "up" / "project").resolve()
        root.mkdir(parents=True)
        if git:
            (home / "up" / ".git" / "info").mkdir(parents=True)
        rules = IgnoreRules((root,), tuple(patterns))
        walker = Walker(root, rules)
        for n, (files, ignores) in enumerate(steps):
            make(root, files, ignores)
            if git and n:
                (home / "up" / ".git" / "info" / "exclude").write_text("a\n" * n, encoding="utf-8")
                (home / "up" / ".gitignore").write_text("b\n" * n, encoding="utf-8")
            expected = sorted(judged(root, rules))
            assert sorted(seen.path for seen in walker.files()) == expected
            assert all(walker.gate().opens(path) for path in expected)
    finally:
        shutil.rmtree(home)


def test_links_and_odd_files_are_left_alone(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (root / "src", outside):
        folder.mkdir(parents=True)
        (folder / "a.py").write_text("a = 1\n", encoding="utf-8")
    (root / "linked").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "src" / "b.py").symlink_to(outside / "a.py")
    os.mkfifo(root / "pipe.py")
    (root / "new\nline.py").write_text("b = 1\n", encoding="utf-8")
    with open(os.fsencode(root) + b"/\xff.py", "wb") as file:
        file.write(b"c = 1\n")
    walker = Walker(root, IgnoreRules((root,)))
    assert sorted(seen.path for seen in walker.files()) == ["new\nline.py", "src/a.py"]
    assert not walker.gate().opens("linked/a.py")


@pytest.mark.parametrize("name", ["node_modules", "vendor", ".venv", "third_party", ".git"])
def test_other_peoples_code_is_not_entered(tmp_path: Path, name: str) -> None:
    (tmp_path / "deep" / name / "x").mkdir(parents=True)
    (tmp_path / "deep" / name / "x" / "a.py").write_text("a = 1\n", encoding="utf-8")
    walker = Walker(tmp_path.resolve(), IgnoreRules((tmp_path,)))
    assert list(walker.files()) == []
    assert not walker.gate().opens(f"deep/{name}/x/a.py")


@pytest.mark.parametrize(
    ("asked", "spelled"),
    [
        ("My App/prices.py", "My App/prices.py"),
        ("my app/Prices.PY", "My App/prices.py"),
        ("MY APP/deep folder/ÄRGER.ts", "My App/Deep Folder/Ärger.ts"),
        ("My App/Both.py", "My App/Both.py"),
        ("My App/both.py", "My App/both.py"),
        ("My App/new.py", "My App/new.py"),
    ],
)
def test_a_file_is_one_however_the_editor_spells_it(asked: str, spelled: str) -> None:
    disk = {
        "": ["My App", "readme.md"],
        "My App": ["prices.py", "Deep Folder", "Both.py", "both.py"],
        "My App/Deep Folder": ["Ärger.ts"],
    }
    assert as_spelled(asked, disk.__getitem__) == spelled
