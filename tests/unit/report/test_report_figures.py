"""The figures of a report: they add up, they agree with every other place, and they say less than
they know nowhere."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from tests.support.full_ledger import LAST, fill
from typer.testing import CliRunner

from tierwise.budget import usage
from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse
from tierwise.cli.commands import app
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.present.money import amount
from tierwise.report import demo
from tierwise.report.add_up import ReportFrame, figures, wilson
from tierwise.report.read import read
from tierwise.report.rows import ReportCall, ReportOutcome, ReportRows, ReportTask
from tierwise.store.ledger import Ledger

RUNNER = CliRunner()
PRICES = PriceTable.load()
NOON = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    with time_machine.travel(NOON, tick=True):
        ledger = Ledger.open(tmp_path)
        fill(ledger, tasks=60, days=12)
        fill(ledger, tasks=9, days=3, rehearsal=True)
        ledger.close_sync()
        yield tmp_path


def run(state: Path, *words: str) -> str:
    env = {"TIERWISE_STATE_DIR": str(state), "TIERWISE_CONFIG": str(state / "none"), "TZ": "UTC"}
    done = RUNNER.invoke(app, list(words), env=env)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_status_usage_stats_report_and_export_agree_to_the_nano_dollar(state: Path) -> None:
    ledger = Ledger.open(state)
    purse = Purse(ledger, lambda: PRICES, lambda: Limits(timezone="UTC"),
                  lambda: DEFAULT_LADDER.get("haiku"))  # fmt: skip
    status = purse.state_sync("/home/me/p0")
    today, _ = ledger.read_sync(lambda conn: usage.read(conn, status, PRICES, DEFAULT_LADDER))
    ledger.close_sync()
    stats = json.loads(run(state, "stats", "--days", "12", "--json"))
    report = json.loads(run(state, "report", "--since", "2026-11-18", "--json"))
    rows = [json.loads(line) for line in run(state, "export", "--json").splitlines()]
    day = LAST.isoformat()
    assert status.day_spent == today.spent > 0
    assert round(stats["byDay"][day]["costUsd"] * 1e9) == today.spent
    assert round(report["byDay"][day]["costUsd"] * 1e9) == today.spent
    assert round(sum(r["costUsd"] for r in rows if r["day"] == day) * 1e9) == today.spent
    for name in ("tasks", "spentUsd", "baselineUsd", "savedUsd"):
        assert report[name] == pytest.approx(stats[name], abs=1e-9), name
    for tier, found in stats["byTier"].items():
        assert report["byTier"][tier]["tasks"] == found["tasks"]
        assert report["byTier"][tier]["costUsd"] == pytest.approx(found["costUsd"], abs=1e-9)
    assert sum(r["costUsd"] for r in rows) == pytest.approx(stats["spentUsd"], abs=1e-9)


@pytest.fixture
def nights_and_agents(state: Path) -> Path:
    """The ledger where some tasks are jobs of the night, and every tenth is an agent's."""
    night = "'t0000', 't0005', 't0010', 't0055'"
    with closing(sqlite3.connect(state / "ledger.db")) as raw, raw:
        raw.execute(f"UPDATE reservations SET day = day || '~night' WHERE task_id IN ({night})")
        raw.execute("UPDATE tasks SET client = 'claude-code' WHERE task_id LIKE '%7'")
    return state


def test_history_stats_report_and_export_agree_on_nights_and_agents(
    nights_and_agents: Path,
) -> None:
    state = nights_and_agents
    stats = json.loads(run(state, "stats", "--days", "0", "--json"))
    report = json.loads(run(state, "report", "--since", "2026-11-01", "--json"))
    rows = [json.loads(line) for line in run(state, "export", "--json").splitlines()]
    past = json.loads(run(state, "history", "--limit", "100", "--json"))
    paid = {one["taskId"]: one["costUsd"] for one in past if not one["taskId"].endswith("r")}
    assert len(paid) == stats["tasks"] == report["tasks"] == len(rows) == 60
    total = pytest.approx(stats["spentUsd"], abs=1e-9)
    assert report["spentUsd"] == total
    assert sum(row["costUsd"] for row in rows) == total
    assert sum(paid.values()) == total
    assert {row["task"]: row["costUsd"] for row in rows} == pytest.approx(paid, abs=1e-9)
    for cut in ("byDay", "byTier"):
        assert sum(one["costUsd"] for one in stats[cut].values()) == total, cut
        assert sum(one["costUsd"] for one in report[cut].values()) == total, cut
    days = {day: one["costUsd"] for day, one in stats["byDay"].items()}
    assert {day: one["costUsd"] for day, one in report["byDay"].items()} == pytest.approx(
        {**dict.fromkeys(report["byDay"], 0.0), **days}, abs=1e-9
    )
    assert stats["byClient"]["claude-code"]["tasks"] == 6
    assert stats["byClient"]["claude-code"]["costUsd"] == pytest.approx(
        sum(cost for task, cost in paid.items() if task.endswith("7")), abs=1e-9
    )


@pytest.mark.parametrize("by", ["day", "tier", "action", "project", "language", "client"])
def test_however_stats_are_cut_they_add_up_to_one_total(state: Path, by: str) -> None:
    stats = json.loads(run(state, "stats", "--days", "0", "--json"))
    cut = stats[f"by{by.capitalize()}"]
    assert sum(row["tasks"] for row in cut.values()) == stats["tasks"] == 60
    assert sum(r["costUsd"] for r in cut.values()) == pytest.approx(stats["spentUsd"], abs=1e-9)
    assert by in run(state, "stats", "--by", by)


def test_the_page_holds_the_figures_of_the_terminal(state: Path, tmp_path: Path) -> None:
    said = run(state, "report", "--out", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    spent = re.search(r"60 tasks, (\S+) spent", said)
    assert spent is not None
    assert spent.group(1) in page
    for title in ("Spend per day", "Said against kept", "The dearest tasks", "Tokens and cache"):
        assert title in said
        assert title in page
    assert (tmp_path / "page.html").stat().st_mode & 0o077 == 0


def test_rehearsed_tasks_are_a_report_of_their_own_and_say_so(state: Path) -> None:
    real, played = (json.loads(run(state, "report", "--json", *more))
                    for more in ((), ("--rehearsal",)))  # fmt: skip
    assert (real["tasks"], played["tasks"]) == (60, 9)
    assert "rehearsed" in run(state, "report", "--rehearsal")


def test_an_odd_row_is_left_out_by_name_and_its_money_is_not(state: Path) -> None:
    before = json.loads(run(state, "report", "--json"))
    with closing(sqlite3.connect(state / "ledger.db")) as raw, raw:
        raw.execute("UPDATE decisions SET confidence = 'sure' WHERE task_id = 't0010'")
    after = json.loads(run(state, "report", "--json"))
    assert after["odd"] == ["t0010"]
    assert after["spentUsd"] == before["spentUsd"]
    assert after["tasks"] == before["tasks"]
    sheet = list(csv.DictReader(io.StringIO(run(state, "export"))))
    assert len(sheet) == 59


def test_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    assert "--demo" in run(tmp_path, "report")


def test_the_example_is_the_same_everywhere_and_says_that_it_is_invented(tmp_path: Path) -> None:
    first, again = (demo.rows(date(2026, 11, 29), DEFAULT_LADDER, PRICES) for _ in range(2))
    assert first == again
    assert len(first.tasks) == 500
    said = run(tmp_path, "report", "--demo")
    assert "invented" in said
    page = (tmp_path / "report-demo.html").read_text(encoding="utf-8")
    assert "invented" in page
    assert json.loads(run(tmp_path, "stats", "--json"))["tasks"] == 0, "nothing of it is kept"


def test_the_example_costs_what_its_tokens_cost() -> None:
    rows = demo.rows(date(2026, 11, 29), DEFAULT_LADDER, PRICES)
    assert sum(c.cost for c in rows.calls) == sum(cell.cost for cell in rows.cells)


def frame(**more: object) -> ReportFrame:
    top = DEFAULT_LADDER.get("opus")
    return ReportFrame("2026-11-01", "2026-11-29", DEFAULT_LADDER, PRICES, top, **more)  # type: ignore[arg-type]


def task(name: str, first: str, confidence: float, answering: str | None = None) -> ReportTask:
    last = answering or first
    return ReportTask(name, "2026-11-20", "edit", "applied", first, first, last, "routed",
                      confidence, first, last != first, False)  # fmt: skip


def test_said_against_kept_counts_first_answers_that_were_judged() -> None:
    rows = ReportRows(
        tasks=[task("a", "haiku", 0.92), task("b", "haiku", 0.91, "sonnet"),
               task("c", "haiku", 0.93), task("d", "opus", 1.0)],
        calls=[ReportCall("a", "2026-11-20", "haiku", "m", 5, 10),
               ReportCall("b", "2026-11-20", "haiku", "m", 7, 10),
               ReportCall("b", "2026-11-20", "sonnet", "m", 90, 10)],
        outcomes=[ReportOutcome("a", "applied", "haiku", ""),
                  ReportOutcome("b", "superseded", "haiku", "sonnet"),
                  ReportOutcome("b", "applied", "sonnet", ""),
                  ReportOutcome("d", "applied", "opus", "")],
        cells=[],
    )  # fmt: skip
    found = figures(rows, frame())
    assert [(b.tasks, b.kept) for b in found.calibration] == [(2, 0.5)]
    assert found.lost == 7, "the answer that was given up"
    assert found.escalated == 1


def test_undone_outweighs_applied_and_a_cheaper_redo_says_nothing_against_an_answer() -> None:
    rows = ReportRows(
        [task("a", "haiku", 0.9), task("b", "opus", 0.9)], [],
        [ReportOutcome("a", "applied", "haiku", ""), ReportOutcome("a", "undone", "haiku", ""),
         ReportOutcome("b", "applied", "opus", ""),
         ReportOutcome("b", "superseded", "opus", "haiku")], [],
    )  # fmt: skip
    found = figures(rows, frame())
    assert [(k.tier, k.kept, k.undone) for k in found.kept] == [("haiku", 0, 1), ("opus", 1, 0)]


@given(tasks=st.integers(0, 500), kept=st.integers(0, 500))
def test_an_interval_holds_the_share_it_is_of(tasks: int, kept: int) -> None:
    kept = min(kept, tasks)
    low, high = wilson(kept, tasks)
    assert 0 <= low <= high <= 1
    if tasks:
        assert low <= kept / tasks <= high


def test_the_pace_counts_the_days_that_are_gone() -> None:
    found = figures(ReportRows([], [], [], []), frame(month_spent=29_000_000_000))
    assert found.pace is not None
    assert amount(found.pace.expected) == "$30.00"


def test_nights_count_on_their_day_and_in_their_own_line() -> None:
    rows = ReportRows([task("a", "haiku", 0.9)],
                      [ReportCall("a", "2026-11-20~night", "haiku", "m", 40, 0),
                       ReportCall("a", "2026-11-20", "haiku", "m", 2, 0)], [], [])  # fmt: skip
    found = figures(rows, frame())
    day = next(one for one in found.days if one.cost)
    assert (day.day, day.cost, day.night, found.night_cost) == ("2026-11-20", 42, 40, 40)


def test_the_rows_of_a_project_are_read_from_a_day_on(state: Path) -> None:
    ledger = Ledger.open(state)
    some = ledger.read_sync(lambda conn: read(conn, "2026-11-25", False))
    ledger.close_sync()
    assert {one.day for one in some.tasks} == {f"2026-11-{d}" for d in (25, 26, 27, 28, 29)}
    assert {one.day for one in some.calls} <= {f"2026-11-{d}" for d in (25, 26, 27, 28, 29)}
