"""A commit message is asked for with the diff as data: staged, else changed, else a sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.support.sentences import refused

from tierwise.context import diffs
from tierwise.core.errors import BadRequest
from tierwise.tasks.intake import changes

DIFF = (
    "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n"
    "diff --git a/b.md b/b.md\n--- a/b.md\n+++ b/b.md\n@@ -1 +1,3 @@\n x\n+```\n+code\n"
)


def git(root: Path, *args: str) -> None:
    run = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.invalid", *args]
    subprocess.run(run, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "in").mkdir()
    for name in ("in/a.txt", "in/é b.txt", "out.txt"):
        (tmp_path / name).write_text("one\n", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


async def test_what_is_staged_goes_before_what_is_changed(repository: Path) -> None:
    (repository / "in/a.txt").write_text("staged\n", encoding="utf-8")
    (repository / "in/é b.txt").write_text("changed\n", encoding="utf-8")
    assert "+changed" in await changes.of_git(repository)
    git(repository, "add", "in/a.txt")
    found = await changes.of_git(repository)
    assert "+staged" in found
    assert "+changed" not in found


async def test_only_what_lies_in_the_folder_counts(repository: Path) -> None:
    (repository / "out.txt").write_text("outside\n", encoding="utf-8")
    with refused(BadRequest, match="nothing to commit"):
        await changes.of_git(repository / "in")
    (repository / "in/é b.txt").write_text("inside\n", encoding="utf-8")
    found = await changes.of_git(repository / "in")
    assert "+inside" in found
    assert "a/é b.txt" in found
    assert "outside" not in found


async def test_nothing_and_no_repository_are_said(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with refused(BadRequest, match="nothing to commit"):
        await changes.of_git(repository)
    with refused(BadRequest, match="no git repository"):
        await changes.of_git(tmp_path_factory.mktemp("plain"))


async def test_git_runs_no_program_of_the_repository(repository: Path) -> None:
    marker = repository / "ran"
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command"):
        git(repository, "config", key, f"touch {marker}; true")
    (repository / ".gitattributes").write_text("*.txt diff=x\n", encoding="utf-8")
    (repository / "in/a.txt").write_text("changed\n", encoding="utf-8")
    assert "+changed" in await changes.of_git(repository)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("text", "words", "diff"),
    [
        (f"say it short\n\n```diff\n{DIFF}```", "say it short", DIFF),
        (f"```diff\n{DIFF}```", "", DIFF),
        (f"say it short\n{DIFF}", "say it short", DIFF),
        (DIFF, "", DIFF),
        ("say it short", "say it short", ""),
        ("```\ncode\n```\nas a list", "```\ncode\n```\nas a list", ""),
    ],
)
def test_a_diff_among_words_is_no_part_of_the_request(text: str, words: str, diff: str) -> None:
    assert diffs.parted(text) == (words, diff)


def test_a_long_diff_names_what_is_cut_off() -> None:
    many = "".join(
        f"diff --git a/f{n}.py b/f{n}.py\n--- a/f{n}.py\n+++ b/f{n}.py\n@@ -1 +1 @@\n+{'x' * 90}\n"
        for n in range(50)
    )
    short = diffs.shortened(many, 2_000)
    assert len(short) < 3_000
    assert "f0.py" in short
    assert short.endswith("f49.py)\n")
    assert diffs.shortened(many, 10**6) == many
