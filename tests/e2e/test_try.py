"""`tierwise try FILE`: an own file changes after a word of the operator, and not before."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.environment import kept

SERVER = str(Path(__file__).parents[2] / "server")
TEXT = "import sys\nimport os\n\n\ndef f(a):\n    return a\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


def environment(folder: Path) -> dict[str, str]:
    own = {
        "TIERWISE_STATE_DIR": str(folder / "state"),
        "TIERWISE_CONFIG": str(folder / "none.toml"),
    }
    return {**kept(), **own, "PYTHONPATH": SERVER, "TERM": "dumb"}


def attempt(file: Path, where: str, typed: bytes, terminal: str, *options: str) -> str:
    """Run it; `terminal` names the sides that are a terminal: "", "in", "out" or "in out".

    Answers what it said. `typed` is what the operator types at the question, or what a pipe
    holds on the side of the input.
    """
    main, side = pty.openpty()
    command = [sys.executable, "-m", "tierwise", "try", f"{file}{where}", "rename f to g"]
    process = subprocess.Popen(
        [*command, *options],
        stdin=side if "in" in terminal else subprocess.PIPE,
        stdout=side if "out" in terminal else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(file.parent),
    )
    os.close(side)
    try:
        if process.stdin is not None:
            process.stdin.write(typed)
            process.stdin.close()
        if process.stdout is not None and "in" in terminal:
            os.write(main, typed)
        if process.stdout is not None:
            said = process.stdout.read()
        else:
            said = conversation(main, typed if "in" in terminal else b"")
        process.wait(60)
    finally:
        process.kill()
        process.wait()
        os.close(main)
    return said.decode()


def conversation(main: int, typed: bytes) -> bytes:
    """What a terminal shows until the other side closes; `typed` is typed at the first question."""
    said, ends = b"", time.monotonic() + 60
    while time.monotonic() < ends:
        if not select.select([main], [], [], 1.0)[0]:
            continue
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        said += piece
        if typed and b"Apply? [y/N]" in said:
            os.write(main, typed)
            typed = b""
        if not piece:
            break
    return said


@pytest.mark.parametrize(
    ("terminal", "where"), [("", ":5-6"), ("in", ":5-6"), ("out", ":5"), ("", "")]
)
def test_where_a_side_is_no_terminal_it_shows_and_leaves(
    file: Path, terminal: str, where: str
) -> None:
    said = attempt(file, where, b"y\n", terminal)
    assert "+def g(a):" in said
    assert "--apply applies it" in said
    assert file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("typed", "changes"),
    [(b"y\n", True), (b"\n", False), (b"\x04", False), (b"--apply\n", False)],
)  # fmt: skip
def test_in_a_terminal_a_yes_applies_it_and_nothing_else_does(
    file: Path, typed: bytes, changes: bool
) -> None:
    said = attempt(file, ":5-6", typed, "in out")
    assert ("Applied." in said, "Discarded." in said) == (changes, not changes)
    assert ("def g(a):" in file.read_text(encoding="utf-8")) == changes


@pytest.mark.parametrize("terminal", ["", "in out"])
def test_apply_is_the_word_given_beforehand(file: Path, terminal: str) -> None:
    said = attempt(file, ":5-6", b"", terminal, "--apply")
    assert "Applied." in said
    assert "def g(a):" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "why"), [(":90-99", "give a range inside it"), (":6-5", "give a range inside it")]
)
def test_a_range_that_is_not_there_is_said(file: Path, where: str, why: str) -> None:
    assert why in attempt(file, where, b"", "")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "no file" in attempt(tmp_path / "gone.py", "", b"", "")
