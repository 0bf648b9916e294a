"""`make team-try` plays a whole team and leaves nothing behind, also when it is ended early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import postgres

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder that another user's database server may enter."""
    if not postgres.installed():
        missing = "no PostgreSQL server: run tests/postgres/install.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with tempfile.TemporaryDirectory(prefix="tw-try-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def begin(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.postgres.team_try"],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(folder)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def left(folder: Path) -> list[str]:
    """Files in the folder, and processes that were started with it."""
    mark = str(folder).encode()
    found = [str(path) for path in folder.iterdir()]
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if mark in told:
            found.append(process.name)
    return found


def test_a_whole_team_is_tried_and_leaves_nothing_behind(folder: Path) -> None:
    run = begin(folder)
    said, _ = run.communicate(timeout=100)
    assert run.returncode == 0, said
    assert "Everything was as promised." in said
    assert said.count("OK: ") == 11, said
    assert left(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_in_the_middle_it_ends_what_it_started(folder: Path, number: signal.Signals) -> None:
    run = begin(folder)
    assert run.stdout is not None
    for line in run.stdout:
        if line.startswith("4."):
            break
    assert len(left(folder)) > 3, "the folders, the database and two gateways"
    run.send_signal(number)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert left(folder) == []
