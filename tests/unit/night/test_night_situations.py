"""What may happen in a night: each has its sentence, costs nothing, and loses no job."""

from __future__ import annotations

import random
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.night import NightFolder
from tests.support.night_inside import NightInside

from tierwise.budget import days
from tierwise.core.document import Position, Range
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.night import endings
from tierwise.night.endings import JobEnding
from tierwise.present import night as words
from tierwise.store.jobs import JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.api import TaskParams
from tierwise.work import machine, worker
from tierwise.work.headless import headless
from tierwise.work.job_run import JobRun
from tierwise.work.worker import now_ms

MINUTE, HOUR = 60_000, 3_600_000
READY = JobRun(JobEnding("ready"), "haiku", "haiku")
PURSE = "[budget]\nnight_usd = 1.0\nday_usd = 5.0\n"


@pytest.fixture
def night(tmp_path: Path) -> NightInside:
    return NightInside(NightFolder(tmp_path, config="rehearsal = true\n"))


def paid(tmp_path: Path, url: str, more: str = "") -> NightInside:
    return NightInside(NightFolder(tmp_path, url, f"{PURSE}{more}"))


def nobody_there() -> str:
    """An address on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


def done(job: JobRow) -> JobRun:
    return READY


@pytest.mark.parametrize(
    ("held", "says"), [("battery", "runs on battery"), ("disk", "less than 1 GB")]
)
async def test_battery_and_a_full_disk_let_nothing_start_and_all_goes_on_after(
    night: NightInside, held: str, says: str
) -> None:
    """Also what was handed to the queue before waits, and is done once afterwards."""
    names = {f"src/m{n}.py": b"def f(a):\n    return a\n" for n in range(6)}
    night.folder.put(names)
    group = await night.put(9)

    def now_held(job: JobRow, run: JobRun) -> None:
        night.held = held

    night.seen = now_held
    assert await night.work(done) == 0
    rows = await night.rows(group)
    waiting = [row for row in rows if row.state == "waiting"]
    assert len(waiting) >= 9 - 2, "two may have been running"
    assert {row.reason for row in waiting} == {held}
    assert says in (await night.act(lambda queue: shown(queue, waiting[0].id)))
    night.held, night.seen = None, lambda job, run: None
    assert await night.work(done) == 0
    assert await night.states(group) == ["ready"] * 9
    assert len(night.done) == len(set(night.done)) == 9


async def shown(queue: object, job: str) -> str:
    """The sentence that a job's reason reads as."""
    (report,) = await queue.reports(group=(await queue.find(job))[0])  # type: ignore[attr-defined]
    (row,) = [each for each in report.jobs if each.id == job]
    return words.reason(row.reason) or ""


def test_the_machine_is_asked_for_its_battery_and_its_disk(tmp_path: Path) -> None:
    status = tmp_path / "BAT0" / "status"
    status.parent.mkdir()
    for text, why in (("Charging\n", None), ("Discharging\n", "battery"), ("Full\n", None)):
        status.write_text(text)
        assert machine.held(tmp_path, power=tmp_path, least=1) == why
    assert machine.held(tmp_path, power=tmp_path, least=10**18) == "disk"
    assert machine.held(tmp_path / "gone", power=tmp_path, least=1) == "disk"


async def test_a_ledger_that_is_held_now_and_then_loses_no_job_and_ends_no_worker(
    night: NightInside, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = await night.put(3)
    write, chance = Ledger.write, random.Random(25)

    async def held(self: Ledger, fn: Any) -> Any:
        if chance.random() < 0.4:
            raise LedgerUnavailable(ErrorReason.of("ledger_held", seconds=5.0))
        return await write(self, fn)

    monkeypatch.setattr(Ledger, "write", held)
    monkeypatch.setattr(worker, "LOOK_S", 0.01)
    assert await night.work(done) == 0
    monkeypatch.undo()
    assert await night.states(group) == ["ready"] * 3


async def test_after_a_suspend_what_is_late_expires_and_costs_nothing(night: NightInside) -> None:
    """The clock jumps past the end of the night while the first jobs run."""
    night.folder.put({f"src/m{n}.py": b"def f(a):\n    return a\n" for n in range(6)})
    group = await night.put(9, by_ms=now_ms() + HOUR)

    def slept(job: JobRow, run: JobRun) -> None:
        night.ahead_ms = 8 * HOUR

    night.seen = slept
    assert await night.work(done) == 0
    rows = await night.rows(group)
    late = [row for row in rows if row.state == "expired"]
    assert len(late) >= 9 - 2
    assert all((row.reason, row.cost) == ("late", 0) for row in late)
    assert {row.state for row in rows} <= {"ready", "expired"}


async def test_nothing_runs_before_its_time_and_a_clock_that_jumps_there_begins_it(
    night: NightInside,
) -> None:
    group = await night.put(at_ms=now_ms() + 3 * HOUR, by_ms=now_ms() + 11 * HOUR)
    assert await night.work(done) == 0
    assert await night.states(group) == ["queued"] * 3
    night.ahead_ms = 4 * HOUR
    assert await night.work(done) == 0
    assert await night.states(group) == ["ready"] * 3


async def test_without_a_network_jobs_wait_longer_and_longer_and_use_up_nothing(
    tmp_path: Path,
) -> None:
    night = paid(tmp_path, nobody_there())
    group = await night.put(1, by_ms=now_ms() + 10 * HOUR)
    waits = []
    for _ in range(3):
        before = night.began_ms + night.ahead_ms
        assert await night.work() == 0
        (row,) = await night.rows(group)
        assert (row.state, row.cost) == ("waiting", 0)
        assert "could not be reached" in await night.why(group)
        assert row.not_before_ms is not None
        waits.append((row.not_before_ms - before) / MINUTE)
        night.ahead_ms += row.not_before_ms - before
    assert waits == [1, 2, 5]
    assert [endings.wait_ms(tries) / MINUTE for tries in range(4, 8)] == [15] * 4
    model = await RehearsalServer().start()
    try:
        night.folder.model_url = model.base_url
        assert await night.work() == 0
        assert await night.states(group) == ["ready"], "what reached nobody used no call up"
    finally:
        await model.close()


async def test_without_a_network_until_the_morning_jobs_expire(tmp_path: Path) -> None:
    night = paid(tmp_path, nobody_there())
    group = await night.put(2, by_ms=now_ms() + HOUR)
    assert await night.work() == 0
    assert await night.states(group) == ["waiting"] * 2
    night.ahead_ms = 2 * HOUR
    assert await night.work() == 0
    assert await night.states(group) == ["expired"] * 2
    assert "Nothing was spent" in await night.why(group)


async def test_a_model_that_refuses_is_asked_three_times_in_all(tmp_path: Path) -> None:
    """Twice at once, and once more when the job has waited; then it says so."""
    model = await RehearsalServer().start()
    try:
        model.faults.default = Fault(status=529, kind="overloaded_error")
        night = paid(tmp_path, model.base_url)
        group = await night.put(1)
        assert await night.work() == 0
        assert (await night.states(group), len(model.requests)) == (["waiting"], 2)
        night.ahead_ms = 2 * MINUTE
        assert await night.work() == 0
        assert (await night.states(group), len(model.requests)) == (["failed"], 3)
        assert "three calls" in await night.why(group)
        night.ahead_ms = HOUR
        assert await night.work() == 0
        assert len(model.requests) == 3
    finally:
        await model.close()


async def test_a_clock_that_went_back_holds_the_night_until_somebody_looked(
    tmp_path: Path,
) -> None:
    model = await RehearsalServer().start()
    try:
        night = paid(tmp_path, model.base_url)
        later = await paid_later(night, timedelta(days=3))
        assert later == 1
        group = await night.put(2)
        assert await night.work() == 3
        assert await night.states(group) == ["waiting"] * 2
        assert "clock went back" in await night.why(group)
        assert len(model.requests) == later
        await night.act(lambda queue: queue.world.purse.resume(queue.world.window.project))
        assert await night.work() == 0
        assert await night.states(group) == ["ready"] * 2
    finally:
        await model.close()


async def paid_later(night: NightInside, ahead: timedelta) -> int:
    """Pay for one call while the clock is ahead; how many calls that were."""
    head = headless(night.folder.env, night.folder.root)
    head.engine.world.purse.clock = lambda: days.now() + ahead
    await head.engine.started()
    uri = (night.folder.root / "src/a.py").as_uri()
    span = Range(Position(0, 0), Position(1, 0))
    started = await head.engine.start_task(TaskParams("document", uri, span, "Add docstrings"))
    await head.engine.tasks[started.task_id].ended.wait()
    await head.engine.close()
    return 1


@pytest.mark.parametrize(
    ("config", "state", "says"),
    [
        ('[[tiers]]\nname = "haiku"\nmodel = "claude-haiku-5-5"\n', "refused", "no such tier"),
        ("[budget]\nday_usd = 0\n", "waiting", "purse is used up"),
        ("content_keep_days = 0\n", "ready", ""),
    ],
)
async def test_what_the_operator_changed_meanwhile_counts(
    tmp_path: Path, config: str, state: str, says: str
) -> None:
    model = await RehearsalServer().start()
    try:
        night = paid(tmp_path, model.base_url)
        group = await night.put(1, tier="sonnet")
        night.folder.configure(config if "[budget]" in config else config + PURSE)
        await night.work()
        assert await night.states(group) == [state]
        assert says in await night.why(group)
        assert len(model.requests) == (state == "ready")
    finally:
        await model.close()


async def test_a_file_that_is_kept_back_or_changed_or_gone_by_now_is_not_sent(
    tmp_path: Path,
) -> None:
    model = await RehearsalServer().start()
    try:
        night = paid(tmp_path, model.base_url)
        group = await night.put(3, each="symbol")
        assert len(await night.rows(group)) == 4
        (night.folder.root / "src/a.py").write_text("nothing = 'of it is left'\n")
        (night.folder.root / "src/b.py").unlink()
        (night.folder.root / ".tierwiseignore").write_text("src/c.py\n")
        assert await night.work() == 0
        rows = await night.rows(group)
        assert [(row.path, row.state, row.reason) for row in rows] == [
            ("src/a.py", "changed", "changed"),
            ("src/a.py", "changed", "changed"),
            ("src/b.py", "changed", "gone"),
            ("src/c.py", "refused", "ignored"),
        ]
        assert model.requests == []
    finally:
        await model.close()
