"""The operator's tests at night: in a copy, cut off, against what failed before."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tierwise.context.ignore import IgnoreRules
from tierwise.tasks.testing import cell, copies
from tierwise.tasks.testing.cell import CellRun
from tierwise.tasks.testing.verdict import failures, verdict

CUT_OFF = cell.cuts_off()


def repository(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")


def git(root: Path, *args: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    done = subprocess.run(
        ["git", *who, *args], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout


def standing(root: Path) -> tuple[str, ...]:
    """What of a repository must not change."""
    index = (root / ".git/index").read_bytes().hex()
    return (git(root, "--no-optional-locks", "status", "--porcelain"), git(root, "for-each-ref"),
            git(root, "rev-parse", "HEAD"), git(root, "stash", "list"), index)  # fmt: skip


def test_a_copy_has_the_tree_of_now_and_leaves_the_repository_alone(tmp_path: Path) -> None:
    root, place = tmp_path / "p", tmp_path / "copy"
    repository(root, {"a.py": "x = 1\n", "sub/b.py": "y = 1\n", ".gitignore": "deps\n"})
    hook = root / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n", encoding="utf-8")
    hook.chmod(0o755)
    (root / "a.py").write_text("x = 2\n", encoding="utf-8")
    (root / "new.py").write_text("z = 1\n", encoding="utf-8")
    (root / ".env").write_text("KEY=secret\n", encoding="utf-8")
    (root / "deps").mkdir()
    (root / "deps/lib.py").write_text("l = 1\n", encoding="utf-8")
    before = standing(root)
    rules = IgnoreRules([root])
    made = copies.copy(root, place, ("deps",), (), rules)
    assert (made.folder / "a.py").read_text() == "x = 2\n", "what was not committed comes along"
    assert (made.folder / "new.py").exists()
    assert not (made.folder / ".env").exists(), "what may hold keys stays"
    assert (made.folder / "deps/lib.py").read_text() == "l = 1\n"
    assert standing(root) == before
    assert not (tmp_path / "hooked").exists()
    (made.folder / "left.txt").write_text("of a test", encoding="utf-8")
    (root / "a.py").write_text("x = 3\n", encoding="utf-8")
    again = copies.copy(root, place, ("deps",), (), rules)
    assert (again.folder / "a.py").read_text() == "x = 3\n"
    assert not (again.folder / "left.txt").exists()
    assert (root / "deps/lib.py").exists(), "what is linked is not cleaned away"
    assert again.tree != made.tree


def test_a_folder_without_git_is_copied(tmp_path: Path) -> None:
    root = tmp_path / "p"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n", encoding="utf-8")
    made = copies.copy(root, tmp_path / "copy", (), (), IgnoreRules([root]))
    assert (made.folder / "a.py").read_text() == "x = 1\n"


@pytest.mark.skipif(not CUT_OFF, reason="this machine cannot cut a command off")
async def test_a_command_has_no_network_no_home_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import os, socket, subprocess, sys\n"
        "try:\n    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)\n"
        "    print('reached')\nexcept OSError:\n    print('cut off')\n"
        "print(os.listdir(os.environ['HOME']))\n"
        "subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = str(listening.getsockname()[1])
        done = await cell.run([sys.executable, "-c", script, port], tmp_path, seconds=30,
                              network=False, env={})  # fmt: skip
    assert done.code == 0
    assert done.output.splitlines() == ["cut off", "[]"]


@pytest.mark.skipif(not CUT_OFF, reason="this machine cannot cut a command off")
async def test_what_takes_too_long_ends_with_whatever_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    loop = f"while true; do date +%N > {mark}; sleep 0.05; done"
    command = ["sh", "-c", f"setsid sh -c '{loop}' & sleep 300"]
    done = await cell.run(
        command, tmp_path, seconds=3.0, network=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.ran
    assert done.code is None
    last = mark.read_text()
    await asyncio.sleep(0.3)
    assert mark.read_text() == last, "the grandchild is gone too"


def ended(code: int | None, *failed: str) -> CellRun:
    return CellRun(code, "".join(f"FAILED {name} - why\n" for name in failed))


def test_only_a_new_failure_counts() -> None:
    assert failures(ended(1, "t.py::a", "t.py::b")) == {"t.py::a", "t.py::b"}
    green, red = ended(0), ended(1, "t.py::a")
    assert verdict(green, green, None) == "passed"
    assert verdict(green, red, red) == "red"
    assert verdict(green, red, green) == "flaky"
    assert verdict(red, red, red) == "redBefore"
    assert verdict(red, ended(1, "t.py::a", "t.py::b"), ended(1, "t.py::b")) == "red"
    assert verdict(red, green, None) == "passed"
    assert verdict(green, ended(None), None) == "red"
    assert verdict(cell.NOT_RUN, green, None) == "notRun"
