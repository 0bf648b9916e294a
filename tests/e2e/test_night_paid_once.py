"""What a job was answered is paid for once, also where its worker ends before the job is over."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_night_agents import AGENT
from tests.support.loopback import Loopback
from tests.support.night import NightFolder

from tierwise.tasks.testing import cell

pytestmark = pytest.mark.skipif(
    not cell.has_loopback(), reason="this machine cannot cut a command off"
)
CHECK = """
import pathlib, sys, time
runs = pathlib.Path(sys.argv[1])
text = (runs.read_text() if runs.exists() else "") + "x"
runs.write_text(text)
if len(text) == int(sys.argv[2]):
    time.sleep(600)
sys.exit(str(len(text)) in sys.argv[3].split(","))
"""
"""The tests: they never end in the run of that number, and fail in those."""


def made(folder: Path, url: str, hangs: int, fails: str) -> NightFolder:
    check = folder / "check.py"
    check.write_text(CHECK, encoding="utf-8")
    command = [sys.executable, str(check), str(folder / "runs"), str(hangs), fails]
    return NightFolder(folder, url, f"[budget]\nnight_usd = 1.0\n[queue.test]\n{command=}\n")


def while_testing(night: NightFolder, hangs: int, then: Callable[[Any], Any]) -> None:
    """Work until the tests run for that time, and do something with the worker then."""
    runs = night.folder / "runs"
    worker = night.worker("--once")
    try:
        while not runs.exists() or len(runs.read_text()) < hangs:
            assert worker.poll() is None, worker.communicate()
            time.sleep(0.05)
        then(worker)
        worker.communicate(timeout=60)
    finally:
        worker.kill()
        worker.communicate()


def killed(worker: Any) -> None:
    worker.kill()


@pytest.mark.parametrize(("hangs", "fails", "paid"), [(2, "", 1), (4, "2,3,6,7", 2)])
def test_a_worker_that_is_killed_while_tests_run_pays_for_no_answer_again(
    tmp_path: Path, hangs: int, fails: str, paid: int
) -> None:
    """Also one tier up: the first answer's tests failed, those of the second were running."""
    with Loopback() as model:
        night = made(tmp_path, model.base_url, hangs, fails)
        group = str(night.facts("queue", "add", "Add docstrings", "src/a.py", "--yes")["group"])
        while_testing(night, hangs, killed)
        cost = night.facts("budget")["spentNightUsd"]
        assert len(model.requests()) == paid
        worked = night.run("work", "--once")
        assert worked.returncode == 0, worked.stderr
        report = night.report(group)
        (job,) = report["jobs"]
        assert (job["state"], job["tests"]) == ("ready", "passed")
        assert job["tier"] == ("haiku" if paid == 1 else "sonnet")
        assert len(model.requests()) == paid, "the answers were kept"
        assert report["costUsd"] == cost == night.facts("budget")["spentNightUsd"] > 0
        assert night.run("queue", "apply", group, "--passed").returncode == 0
        assert '"""' in (night.root / "src/a.py").read_text()


def test_a_file_that_changed_meanwhile_is_another_question(tmp_path: Path) -> None:
    with Loopback() as model:
        night = made(tmp_path, model.base_url, 2, "")
        group = str(night.facts("queue", "add", "Add docstrings", "src/a.py", "--yes")["group"])
        while_testing(night, 2, killed)
        night.put({"src/a.py": b"def other(x):\n    return x\n"})
        assert night.run("work", "--once").returncode == 0
        assert night.report(group)["counts"] == {"ready": 1}
        assert len(model.requests()) == 2
        assert night.run("queue", "apply", group).returncode == 0
        assert "def other" in (night.root / "src/a.py").read_text()


def test_a_pause_while_tests_run_leaves_the_job_to_do_and_its_answer_kept(tmp_path: Path) -> None:
    with Loopback() as model:
        night = made(tmp_path, model.base_url, 2, "")
        group = str(night.facts("queue", "add", "Add docstrings", "src/a.py", "--yes")["group"])
        while_testing(night, 2, lambda worker: night.run("queue", "pause"))
        assert night.report(group)["counts"] == {"queued": 1}
        assert night.run("queue", "resume").returncode == 0
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(group)["jobs"]
        assert (job["state"], job["tests"]) == ("ready", "passed")
        assert len(model.requests()) == 1


def test_a_command_whose_tests_were_running_is_not_run_again(tmp_path: Path) -> None:
    with Loopback() as model:
        night = made(tmp_path, model.base_url, 2, "")
        (night.root / ".git").rmdir()
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
            subprocess.run(["git", *who, *args], cwd=night.root, check=True)
        agent = tmp_path / "agent.py"
        agent.write_text(AGENT, encoding="utf-8")
        command = shlex.join([sys.executable, str(agent), "300"])
        group = str(night.facts("queue", "add", "Say who asked", "src/a.py", "--yes",
                                "--agent", command, "--cap", "0.5")["group"])  # fmt: skip
        while_testing(night, 2, killed)
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(group)["jobs"]
        assert (job["state"], job["tests"]) == ("ready", "passed")
        assert "+# asked x\n" in night.facts("queue", "show", job["id"])["diff"]
        assert len(model.requests()) == 1
        assert list((night.state / "work/agents").iterdir()) == []
