"""The night queue as a user runs it: queued, worked off, reported, applied and taken back."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.test_money import OWN
from tests.support.editor import Editor
from tests.support.loopback import Loopback
from tests.support.night import FILES, NightFolder
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.testing import cell

PAID = "[budget]\nnight_usd = 1.0\n"


def queued(night: NightFolder, *more: str) -> dict[str, object]:
    found = night.facts("queue", "add", "Add docstrings", *sorted(FILES), "--yes", *more)
    return dict(found)


def test_from_the_queue_to_files_and_back_byte_for_byte(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, PAID + "day_usd = 5.0\n")
        before = night.digests()
        plan = queued(night, "--each", "file", "--cap", "1")
        assert [job["path"] for job in plan["jobs"]] == sorted(FILES)  # type: ignore[attr-defined]
        assert 0 < plan["forecastUsd"] < plan["worstUsd"] <= 1  # type: ignore[operator]
        assert not model.requests(), "queueing asks no model"
        group = str(plan["group"])
        worked = night.run("work", "--once")
        assert worked.returncode == 0, worked.stderr
        assert night.digests() == before, "nothing is written before somebody says so"
        report = night.report(group)
        assert report["counts"] == {"ready": 3}
        assert all(job["editId"] and job["tier"] == "haiku" for job in report["jobs"])
        assert len(model.requests()) == 3
        applied = night.facts("queue", "apply", group, "--passed")
        assert len(applied["applied"]) == 3
        after = night.digests()
        assert all(after[name] != before[name] for name in FILES)
        assert night.report(group)["counts"] == {"applied": 3}
        undone = night.facts("queue", "undo", group)
        assert len(undone["undone"]) == 3
        assert night.digests() == before
        spent = night.facts("budget")
        assert spent["spentTodayUsd"] == 0, "the night has a purse of its own"
        assert spent["spentNightUsd"] == report["costUsd"] == spent["spentProjectUsd"] > 0
        assert spent["nightUsd"] == 1.0


def test_without_a_purse_nothing_is_queued_and_yes_invents_none(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, "")
        for more in (["--yes"], []):
            done = night.run("queue", "add", "Add docstrings", "src/a.py", *more)
            assert done.returncode == 1
            assert "night purse" in done.stderr
            assert len(done.stderr.strip().splitlines()) == 1
        assert night.facts("queue", "list") == {"groups": []}


def test_money_runs_out_at_night_and_the_exit_code_says_so(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, PAID + "day_usd = 0\n")
        group = str(queued(night)["group"])
        worked = night.run("work", "--once")
        assert worked.returncode == 3, worked.stderr
        assert night.report(group)["counts"] == {"waiting": 3}
        assert not model.requests(), "a day without paid calls has no paid night either"
        night.configure("[budget]\nnight_usd = 0.0\n")
        assert night.run("budget", "raise", "1", "--night").returncode == 0
        assert night.run("work", "--once").returncode == 0
        assert night.report(group)["counts"] == {"ready": 3}


def outcomes(night: NightFolder, kind: str) -> list[str]:
    """The values of the outcomes of a kind."""
    with closing(sqlite3.connect(night.state / "ledger.db")) as ledger:
        rows = ledger.execute("SELECT value FROM outcomes WHERE kind = ?", (kind,)).fetchall()
    return [str(value).strip('"') for (value,) in rows]


def test_a_group_given_up_is_one_wish_withdrawn_and_no_verdict_on_a_job(tmp_path: Path) -> None:
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    group = str(queued(night)["group"])
    assert night.run("work", "--once").returncode == 0
    assert night.run("queue", "cancel", group).returncode == 0
    assert night.report(group)["counts"] == {"discarded": 3}
    assert outcomes(night, "withdrawn") == ["3"]
    assert outcomes(night, "discarded") == []


def test_a_group_after_another_waits_for_it_and_one_for_every_day_is_queued_again(
    tmp_path: Path,
) -> None:
    """And the operator's own command is told of the end of each, once."""
    said = tmp_path / "said.txt"
    script = f"import sys; open({str(said)!r}, 'a').write(sys.argv[1] + chr(10))"
    notify = f"notify_command = {[sys.executable, '-c', script]}\n"
    night = NightFolder(tmp_path, config=f"rehearsal = true\n{notify}")
    first = str(queued(night, "--every", "day")["group"])
    second = str(queued(night, "--after", first)["group"])
    assert night.run("queue", "pause", first).returncode == 0
    assert night.run("work", "--once").returncode == 0
    assert night.report(second)["counts"] == {"queued": 3}, "the one before is not over"
    assert night.run("queue", "resume", first).returncode == 0
    assert night.run("work", "--once").returncode == 0
    assert night.report(first)["counts"] == {"ready": 3}
    assert night.report(second)["counts"] == {"ready": 3}
    (again,) = [
        one for one in night.facts("queue", "list")["groups"] if one["id"] not in (first, second)
    ]
    assert again["counts"] == {"queued": 3}
    with closing(sqlite3.connect(night.state / "ledger.db")) as ledger:
        begins = dict(ledger.execute("SELECT id, at_ms FROM queue_groups").fetchall())
        created = dict(ledger.execute("SELECT id, created_ms FROM queue_groups").fetchall())
    assert 22 <= (begins[again["id"]] - created[first]) / 3_600_000 <= 26, "a day later"
    told = said.read_text(encoding="utf-8").splitlines()
    assert len(told) == 2
    assert all("3 files" in line and "3 ready" in line for line in told)


def test_the_operators_command_is_told_when_much_of_the_nights_purse_is_spent(
    tmp_path: Path,
) -> None:
    said = tmp_path / "said.txt"
    script = f"import sys; open({str(said)!r}, 'a').write(sys.argv[1] + chr(10))"
    notify = f"notify_command = {[sys.executable, '-c', script]}\n"
    with Loopback() as model:
        night = NightFolder(
            tmp_path, model.base_url, f"{notify}[budget]\nnight_usd = 1.0\nsoft_at = 0.0001\n"
        )
        queued(night)
        assert night.run("work", "--once").returncode == 0
        soft = [line for line in said.read_text("utf-8").splitlines() if "queue:" not in line]
        assert len(soft) == 1, "a threshold is told once a night"
        assert "night" in soft[0]
        assert "$1" in soft[0]


def a_night_later(night: NightFolder) -> None:
    """Every job that waits was tried a night ago."""
    with closing(sqlite3.connect(night.state / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE queue_jobs SET started_ms = started_ms - 86400000")


def test_over_noon_jobs_wait_until_somebody_says_that_they_go_on(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, "[budget]\nnight_usd = 0.0\n")
        group = str(queued(night)["group"])
        assert night.run("work", "--once").returncode == 3
        a_night_later(night)
        night.configure(PAID)
        assert night.run("work", "--once").returncode == 3, "a night's money is for that night"
        assert not model.requests()
        assert night.run("queue", "resume", group).stdout == "1 group going on.\n"
        assert night.run("work", "--once").returncode == 0
        assert night.report(group)["counts"] == {"ready": 3}


def test_what_is_resumed_without_money_waits_again(tmp_path: Path) -> None:
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, "[budget]\nnight_usd = 0.0\n")
        group = str(queued(night)["group"])
        assert night.run("work", "--once").returncode == 3
        assert night.run("queue", "pause", group).returncode == 0
        assert night.run("queue", "resume").stdout == "1 group going on.\n"
        assert night.run("work", "--once").returncode == 3
        assert night.report(group)["counts"] == {"waiting": 3}
        assert not model.requests()


def test_in_rehearsal_a_job_for_each_function(tmp_path: Path) -> None:
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    group = str(queued(night, "--each", "symbol")["group"])
    assert night.run("work", "--once").returncode == 0
    report = night.report(group)
    assert report["counts"] == {"ready": 4}
    before = night.digests()
    assert night.run("queue", "apply", group).returncode == 0
    text = (night.root / "src/a.py").read_text()
    assert text.count('"""') == 4, "both functions of one file, each in its own place"
    night.run("queue", "undo", group)
    assert night.digests() == before


async def test_an_editor_queues_for_tonight_and_applies_in_the_morning(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    config.write_text("[budget]\n", encoding="utf-8")
    await editor.start({**OWN, "window": {"showMessage": {}}})
    uri = editor.open("sample.py")
    listed = await rpc.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5),
         "context": {"diagnostics": [], "triggerKind": 1}},
    )  # fmt: skip
    (tonight,) = [a for a in listed if a["title"].startswith("Tierwise: Queue for tonight: ")]
    rpc.answers["window/showMessageRequest"] = lambda params: {"title": "$1"}
    queued = await editor.run(tonight["command"])
    assert len(queued["jobs"]) == 1
    assert queued["worstUsd"] > queued["forecastUsd"] > 0
    (group,) = (await rpc.request("tierwise/queue/list"))["groups"]
    assert (group["id"], group["counts"]) == (queued["group"], {"queued": 1})
    assert await rpc.request("tierwise/queue/cancel", {"group": group["id"]}) == 1
    (report,) = (await rpc.request("tierwise/queue/report", {}))["groups"]
    assert report["jobs"][0]["state"] == "cancelled"
    assert model.requests == [], "the editor's server does no job itself"


@pytest.mark.skipif(not cell.cuts_off(), reason="this machine cannot cut a command off")
def test_red_tests_take_a_job_one_visible_step_up(tmp_path: Path) -> None:
    """The tests fail twice with the first change, and pass with what the next tier made."""
    count = tmp_path / "runs"
    check = (
        f"import pathlib, sys\nruns = pathlib.Path({str(count)!r})\n"
        "runs.write_text((runs.read_text() if runs.exists() else '') + 'x')\n"
        "sys.exit(runs.read_text() in ('xx', 'xxx'))\n"
    )
    command = f"command = {[sys.executable, '-c', check]}\n"
    with Loopback() as model:
        night = NightFolder(tmp_path, model.base_url, f"{PAID}[queue.test]\n{command}")
        found = night.facts("queue", "add", "Add docstrings", "src/a.py", "--yes")
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(str(found["group"]))["jobs"]
        assert (job["state"], job["tests"]) == ("ready", "passed")
        assert (job["routed"], job["tier"]) == ("haiku", "sonnet")
        assert "Haiku → Sonnet" in night.run("queue", "show", job["id"]).stdout
        assert len(model.requests()) == 2
        assert outcomes(night, "tests") == ["red", "green"]
        pinned = night.facts(
            "queue", "add", "Add docstrings", "src/b.py", "--yes", "--tier", "haiku"
        )
        count.write_text("")
        assert night.run("work", "--once").returncode == 0
        (job,) = night.report(str(pinned["group"]))["jobs"]
        assert (job["state"], job["tier"]) == ("red", "haiku"), "a chosen tier stays"
        assert len(model.requests()) == 3


@pytest.mark.skipif(not cell.cuts_off(), reason="this machine cannot cut a command off")
def test_the_operators_tests_speak_and_what_fails_together_is_left(tmp_path: Path) -> None:
    """One file fails with its change, and two others fail only together."""
    check = (
        b"import sys\n"
        b"said = ['\"\"\"' in open(f'src/{n}.py', encoding='utf-8-sig').read() for n in 'abc']\n"
        b"sys.exit(said[2] or (said[0] and said[1]))\n"
    )
    command = f"command = {[sys.executable, 'check.py']}\n"
    night = NightFolder(tmp_path, config=f"rehearsal = true\n[queue.test]\n{command}")
    night.put({"check.py": check})
    before = night.digests()
    assert night.run("queue", "add", "Add docstrings", "src/a.py").returncode == 1, "asked first"
    group = str(queued(night)["group"])
    assert night.run("work", "--once").returncode == 0
    report = night.report(group)
    assert {job["path"]: (job["state"], job["tests"]) for job in report["jobs"]} == {
        "src/a.py": ("ready", "passed"),
        "src/b.py": ("ready", "passed"),
        "src/c.py": ("red", "red"),
    }
    assert night.digests() == before
    assert sorted(outcomes(night, "tests")) == ["green", "green", "red", "red"]
    assert [job["tier"] for job in report["jobs"] if job["state"] == "red"] == ["sonnet"]
    done = night.facts("queue", "apply", group, "--passed")
    assert len(done["applied"]) == 1
    assert len(done["left"]) == 1
    checked = subprocess.run([sys.executable, "check.py"], cwd=night.root, check=False)
    assert checked.returncode == 0, "what is applied leaves the tests green"
    assert len(night.facts("queue", "undo", group)["undone"]) == 1
    assert night.digests() == before


def test_what_has_to_be_asked_is_not_queued_where_nobody_can_answer(tmp_path: Path) -> None:
    """One sentence and exit 1, and nothing is in the queue; --yes answers, --dry-run asks not."""
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    night.put({f"many/m{n}.py": b"def f(a):\n    return a\n" for n in range(51)})
    many = ["queue", "add", "Add docstrings", "many", "--action", "document"]
    for args in (many, ["queue", "add", "Add docstrings", "src/a.py", "--after", "nosuch"]):
        done = night.run(*args)
        assert (done.returncode, done.stdout) == (1, ""), args
        assert len(done.stderr.strip().splitlines()) == 1, args
    dry = night.facts(*many, "--dry-run")
    assert (dry["group"], len(dry["jobs"])) == (None, 51)
    assert night.facts("queue", "list") == {"groups": []}
    assert len(night.facts(*many, "--yes")["jobs"]) == 51


def test_a_checkers_output_is_queued_and_each_command_has_facts_for_programs(
    tmp_path: Path,
) -> None:
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    told = "src/a.py:2:5: W291 trailing\nsrc/b.py:1:1: F401 unused\nFound 2 errors.\n"
    added = night.facts("queue", "add", "Fix this", "--action", "fix", "--each", "diagnostic",
                        "--at", "23:00", "--by", "07:00", stdin=told)  # fmt: skip
    assert [job["path"] for job in added["jobs"]] == ["src/a.py", "src/b.py"]
    assert night.facts("queue", "pause") == {"groups": 1}
    assert night.facts("queue", "list", "--watch")["groups"][0]["state"] == "paused"
    assert night.facts("queue", "cancel", str(added["group"])) == {"jobs": 2}
    assert night.facts("queue", "clean") == {"groups": 1}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["../outside.py"], "outside.py cannot be edited"),
        (["src/a.py", "--by", "now"], "By now nothing could have run"),
        (["src/a.py", "--at", "25:00"], "'25:00' is not a time"),
        (["src/a.py", "--each", "diagnostic"], "ruff check --output-format concise |"),
        (["nothere.py"], "There is no file nothere.py"),
        (["src/a.py", "--cap", "0.000001"], "Queue 1 file, forecast at"),
    ],
)
def test_odd_input_is_refused_in_a_sentence(tmp_path: Path, args: list[str], said: str) -> None:
    night = NightFolder(tmp_path, config="rehearsal = true\n")
    (tmp_path / "outside.py").write_text("x = 1\n", encoding="utf-8")
    done = night.run("queue", "add", "Add docstrings", *args)
    assert (done.returncode, done.stdout) == (1, ""), done.stdout
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert night.facts("queue", "list") == {"groups": []}


def test_what_was_queued_says_when_it_runs_and_that_it_is_paused(tmp_path: Path) -> None:
    night = NightFolder(tmp_path, config='rehearsal = true\n[budget]\ntimezone = "UTC"\n')
    times = ("--at", "23:00", "--by", "22:00")
    dry = night.run("queue", "add", "Add docs", "src/a.py", *times, "--dry-run").stdout
    assert dry.startswith("1 file · forecast ")
    assert "Nothing was queued; it would run from " in dry
    assert " 23:00, by tierwise work. What did not run by " in dry
    assert dry.endswith(" 22:00 expires.\n")
    group = str(night.facts("queue", "add", "Add docs", "src/a.py", "src/b.py")["group"])
    assert night.run("queue", "pause").returncode == 0
    listed = night.run("queue", "list").stdout
    assert listed.startswith(f"{group}  Add docs 2 files · 2 queued · paused · ")
    shown = night.run("queue", "show", group).stdout.splitlines()
    assert shown[0] == listed.partition("  ")[2].strip()
    assert len(shown) == 3
    assert night.run("queue", "resume").returncode == 0
    later = str(night.facts("queue", "add", "More", "src/c.py", "--after", group, *times)["group"])
    first, second, advice = night.run("queue", "list").stdout.splitlines()
    assert first.startswith(f"{later}  More 1 file · 1 queued · from ")
    assert f" 23:00, after {group} · " in first
    assert " · 2 queued · 0¢" in second
    assert advice.startswith("No worker runs here. Start one with: tierwise work")
    for command, said in (("apply", "is ready"), ("undo", "was applied")):
        done = night.run("queue", command, group)
        assert (done.returncode, done.stdout.count(said)) == (0, 1), done.stdout
