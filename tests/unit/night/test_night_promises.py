"""The worker's promises: nothing is lost, twice, or told to the engine; what is stopped stops."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.night import NightFolder
from tests.support.night_inside import NightInside
from tests.unit.night.test_night_situations import done, paid

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import jobs
from tierwise.store.jobs import GroupRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.queue.night_queue import NightQueue
from tierwise.work.lock import WorkerHeld, only_worker

INSTRUCTION, TEXT = "Add docstrings CANARY-IN-WORDS", "CANARY_IN_CODE"
KEY = "sk-ant-api03-" + "canary" * 16


@pytest.fixture
def night(tmp_path: Path) -> NightInside:
    return NightInside(NightFolder(tmp_path, config="rehearsal = true\n"))


async def become(night: NightInside, group: GroupRow, **values: Any) -> None:
    """Set columns of every job of a group, as a worker before left them."""
    ledger = Ledger.open(night.folder.state)
    for row in await night.rows(group):
        await ledger.write(partial(jobs.change, job_id=row.id, **values))
    await ledger.close()


async def test_what_did_not_pass_is_left_with_why_where_what_passed_is_applied(
    night: NightInside,
) -> None:
    group = await night.put(3)
    assert await night.work() == 0
    ledger = Ledger.open(night.folder.state)
    before, flaky, passed = await night.rows(group)
    for row, said in ((before, "redBefore"), (flaky, "flaky"), (passed, "passed")):
        await ledger.write(partial(jobs.change, job_id=row.id, tests=said))
    await ledger.close()
    found = await night.apply(group)
    assert found.done == (passed.id,)
    assert [job for job, _ in found.left] == [before.id, flaky.id]
    assert "tests red before" in found.left[0][1]
    assert "tests flaky" in found.left[1][1]
    one = await night.act(lambda queue: queue.apply(flaky.id, passed=False))
    assert one.done == (flaky.id,), "one job by itself, whatever its tests said"
    assert (await night.act(lambda queue: queue.undo(flaky.id))).done == (flaky.id,)
    by_job, by_group = [
        await night.act(partial(NightQueue.reports, group=each)) for each in (flaky.id, group.id)
    ]
    assert by_job == by_group


async def test_jobs_that_were_handed_to_an_older_version_start_over(night: NightInside) -> None:
    group = await night.put()
    await become(night, group, version="night-0", run=1)
    assert await night.work(done) == 0
    assert await night.states(group) == ["ready"] * 3
    assert len(night.done) == 3


async def test_the_engines_own_file_may_be_lost(night: NightInside) -> None:
    group = await night.put()
    assert await night.work(done) == 0
    again = await night.put()
    await become(night, again, version="night-1", run=1)
    for file in night.folder.state.glob("queue.db*"):
        file.unlink()
    assert await night.work(done) == 0
    assert await night.states(group) == await night.states(again) == ["ready"] * 3
    assert len(night.done) == 6


async def test_a_job_during_which_three_workers_ended_is_given_up(tmp_path: Path) -> None:
    model = await RehearsalServer().start()
    try:
        night = paid(tmp_path, model.base_url)
        group = await night.put(1)
        await become(night, group, state="running", worker="gone", kills=2, version="night-1")
        assert await night.work() == 0
        assert await night.states(group) == ["failed"]
        assert "three times" in await night.why(group)
        assert model.requests == []
    finally:
        await model.close()


@pytest.mark.parametrize("whole", [True, False])
async def test_a_job_that_is_given_up_while_it_runs_is_stopped_and_booked(
    tmp_path: Path, *, whole: bool
) -> None:
    model = await RehearsalServer().start()
    try:
        model.faults.default = Fault(delay=0.2, thinking="long " * 2_000)
        night = paid(tmp_path, model.base_url)
        group = await night.put(1)
        working = asyncio.create_task(night.work())
        while not model.requests:
            assert not working.done()
            await asyncio.sleep(0.05)
        what = group.id if whole else (await night.rows(group))[0].id
        assert await night.act(lambda queue: queue.cancel(what)) == 1
        assert await working == 0
        (row,) = await night.rows(group)
        assert (row.state, row.reason) == ("cancelled", "by_hand")
        assert row.cost > 0, "what it used is booked"
        assert len(model.requests) == 1
    finally:
        await model.close()


def test_a_second_worker_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with (
        only_worker(tmp_path),
        pytest.raises(WorkerHeld, match=f"process {os.getpid()}, since"),
        only_worker(tmp_path),
    ):
        pass
    with only_worker(tmp_path):
        pass


async def test_no_word_of_the_operator_is_in_a_database_and_no_key_is_sent(tmp_path: Path) -> None:
    """Instruction, code and answer are content; the engine's file and the ledger hold ids."""
    model = await RehearsalServer().start()
    try:
        night = paid(tmp_path, model.base_url)
        text = f"def {TEXT}(a):\n    key = '{KEY}'\n    return a\n"
        night.folder.put({"src/a.py": text.encode(), "src/b.py": b"API_KEY = 1\n"})
        group = await night.put(2, instruction=INSTRUCTION)
        assert await night.work() == 0
        assert (await night.states(group))[0] == "ready"
        assert model.requests
        sent = str(model.requests)
        assert "CANARY-IN-WORDS" in sent
        assert KEY not in sent
        for file in (*night.folder.state.glob("*.db*"), *night.folder.state.glob("*.log")):
            data = file.read_bytes()
            for word in (b"CANARY-IN-WORDS", TEXT.encode(), KEY.encode()):
                assert word not in data, file.name
        assert (night.folder.state / "queue.db").exists()
    finally:
        await model.close()
