"""A command that does the jobs of the night: what it may reach, who pays, what comes of it."""

from __future__ import annotations

import fcntl
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.loopback import Loopback
from tests.support.night import NightFolder

from tierwise.tasks.testing import cell

needs_a_cell = pytest.mark.skipif(
    not cell.has_loopback(), reason="this machine cannot cut a command off"
)
PAID = "[budget]\nnight_usd = {}\nday_usd = 5.0\n"
AGENT = '''
"""An agent: it asks the model once, notes that it ran, and edits the file that it was told."""
import json, os, pathlib, sys, urllib.error, urllib.request

tokens, wanted = int(sys.argv[1]), sys.argv[-1]
path = pathlib.Path(wanted.rpartition("File: ")[2])
ran = pathlib.Path(".git/ran")
ran.write_text(ran.read_text() + "x" if ran.exists() else "x")
body = {"model": "claude-opus-5-5", "max_tokens": tokens,
        "messages": [{"role": "user", "content": wanted}]}
request = urllib.request.Request(
    os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", json.dumps(body).encode(),
    {"authorization": "Bearer " + os.environ["ANTHROPIC_AUTH_TOKEN"],
     "content-type": "application/json", "anthropic-version": "2023-06-01"})
try:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        json.load(answer)
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
    sys.exit(1)
path.write_text("# asked " + ran.read_text() + "\\n" + path.read_text())
if "new" in sys.argv:
    pathlib.Path("src/new.py").write_text("made = 1\\n")
os.system("git add -A && git commit -qm mine 2>/dev/null")
'''


def queued(night: NightFolder, command: list[str], *more: str) -> str:
    found = night.facts("queue", "add", "Say who asked", "src/a.py", "--yes", "--agent",
                        shlex.join(command), *more)  # fmt: skip
    return str(found["group"])


def repository(night: NightFolder) -> None:
    """Make the project a repository with one commit."""
    (night.root / ".git").rmdir()
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", *who, *args], cwd=night.root, check=True)


@needs_a_cell
def test_a_command_does_a_job_in_a_copy_and_its_changes_are_the_proposal(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, PAID.format("1.0"))
        repository(night)
        agent = tmp_path / "agent.py"
        agent.write_text(AGENT, encoding="utf-8")
        before = night.digests()
        refs = subprocess.run(["git", "log", "--all", "--format=%s"], cwd=night.root,
                              capture_output=True, text=True, check=True).stdout  # fmt: skip
        group = queued(night, [sys.executable, str(agent), "300"], "--cap", "0.5")
        worked = night.run("work", "--once")
        assert worked.returncode == 0, worked.stderr
        report = night.report(group)
        (job,) = report["jobs"]
        assert (job["state"], job["network"]) == ("ready", False), night.run(
            "queue", "show", job["id"]
        ).stdout
        assert report["costUsd"] > 0
        assert len(model.requests()) == 1
        spent = night.facts("budget")
        assert spent["spentNightUsd"] == report["costUsd"]
        assert spent["spentTodayUsd"] == 0
        now = {name: digest for name, digest in night.digests().items() if ".git/" not in name}
        assert now == {name: digest for name, digest in before.items() if ".git/" not in name}
        diff = night.facts("queue", "show", job["id"])["diff"]
        assert "+# asked x\n" in diff
        assert night.run("queue", "apply", group).returncode == 0
        assert (night.root / "src/a.py").read_text().startswith("# asked x\n")
        told = subprocess.run(["git", "log", "HEAD", "--format=%s"], cwd=night.root,
                              capture_output=True, text=True, check=True).stdout  # fmt: skip
        assert told == refs, "nothing that it commits reaches the operator's repository"
        assert night.run("queue", "undo", group).returncode == 0
        assert (night.root / "src/a.py").read_text().startswith("def first")
        assert list((night.state / "gateway-jobs").iterdir()) == [], "its token is worth nothing"
        assert list((night.state / "work/agents").iterdir()) == []


@needs_a_cell
def test_a_file_that_nobody_named_is_not_made_without_a_yes(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, PAID.format("1.0"))
        agent = tmp_path / "agent.py"
        agent.write_text(AGENT, encoding="utf-8")
        group = queued(night, [sys.executable, str(agent), "300", "new"], "--cap", "0.5")
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(group)["jobs"]
        assert "src/new.py" in night.facts("queue", "show", job["id"])["diff"]
        done = night.run("queue", "apply", group)
        assert done.returncode == 1
        assert "not confirmed" in done.stdout
        assert not (night.root / "src/new.py").exists()


@needs_a_cell
def test_a_command_that_money_stopped_waits_with_its_copy_and_goes_on(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, PAID.format("0.02"))
        agent = tmp_path / "agent.py"
        agent.write_text(AGENT, encoding="utf-8")
        group = queued(night, [sys.executable, str(agent), "8000"], "--cap", "2")
        worked = night.run("work", "--once")
        assert worked.returncode == 3, worked.stderr
        (job,) = night.report(group)["jobs"]
        assert job["state"] == "waiting", night.run("queue", "show", job["id"]).stdout
        assert not model.requests()
        ran = (night.state / "work/agents" / job["id"] / "work/.git/ran").read_text()
        assert ran.startswith("x")
        assert night.run("budget", "raise", "3", "--night").returncode == 0
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(group)["jobs"]
        assert job["state"] == "ready"
        diff = night.facts("queue", "show", job["id"])["diff"]
        assert f"+# asked {ran}x\n" in diff, "it went on in the copy it had"


@needs_a_cell
@pytest.mark.parametrize("network", [False, True])
def test_a_command_has_the_network_only_where_the_operator_said_so(
    tmp_path: Path, *, network: bool
) -> None:
    script = (
        "import pathlib, socket, sys\n"
        "try:\n    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)\n"
        "    said = 'reached'\nexcept OSError:\n    said = 'cut off'\n"
        "pathlib.Path('src/a.py').write_text(f'said = {said!r}\\n')\n"
    )
    with Loopback() as model:
        config = PAID.format("1.0") + ("[queue.test]\nnetwork = true\n" if network else "")
        night = NightFolder(tmp_path, model.base_url, config)
        port = model.base_url.rpartition(":")[2]
        group = queued(night, [sys.executable, "-c", script, port], "--cap", "1")
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(group)["jobs"]
        said = "reached" if network else "cut off"
        assert job["network"] is network
        assert f"+said = '{said}'" in night.facts("queue", "show", job["id"])["diff"]


@needs_a_cell
def test_a_command_and_the_gateway_end_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    lock, ready = tmp_path / "lock", tmp_path / "ready"
    script = (
        "import fcntl, pathlib, signal\n"
        f"held = open({str(lock)!r}, 'w')\nfcntl.flock(held, fcntl.LOCK_EX)\n"
        f"pathlib.Path({str(ready)!r}).touch()\nsignal.pause()\n"
    )
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    queued(night, [sys.executable, "-c", script], "--cap", "1")
    worker = night.worker("--once")
    try:
        while not ready.exists():
            assert worker.poll() is None
            time.sleep(0.1)
        assert (night.state / "gateway.json").exists()
    finally:
        worker.kill()
        worker.communicate()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
    while (night.state / "gateway.json").exists():
        time.sleep(0.1)


def test_a_command_needs_a_cap(tmp_path: Path) -> None:
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    done = night.run("queue", "add", "x", "src/a.py", "--yes", "--agent", "true")
    assert done.returncode == 1
    assert "needs a cap" in done.stderr
    assert json.loads(night.run("queue", "list", "--json").stdout) == {"groups": []}


@needs_a_cell
def test_a_command_that_fails_or_changes_nothing_says_so(tmp_path: Path) -> None:
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    groups = [queued(night, [name], "--cap", "1") for name in ("true", "false")]
    assert night.run("work", "--once").returncode == 0
    states = [night.report(group)["jobs"][0]["state"] for group in groups]
    assert states == ["unchanged", "failed"]
