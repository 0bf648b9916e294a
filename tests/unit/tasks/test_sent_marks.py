"""What is on disk when a request leaves and when its answer is booked."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from filelock import FileLock
from tests.soak.soak_sent import kill_many
from tests.support.window import Window, lines
from tests.unit.tasks.test_settling import answered_while_held

from tierwise.budget.purse import Reservation, ReservationRequest
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import reservations
from tierwise.store.deferred import Connection
from tierwise.store.reservations import ReservationRow
from tierwise.tasks.api import TaskParams


async def rows(window: Window, task_id: str) -> list[ReservationRow]:
    def read(conn: Connection) -> list[ReservationRow]:
        found = (reservations.by_request(conn, f"{task_id}:{n}") for n in range(1, 9))
        return [row for row in found if row is not None]

    return await window.app.world.window.ledger.read(read)


async def test_the_mark_is_on_disk_when_the_request_arrives(
    tmp_path: Path, model: RehearsalServer
) -> None:
    model.faults.default = Fault(first_delay=0.3)
    window = await Window.open(tmp_path, model)
    uri = window.papers.put("sample.py")
    began = time.time() * 1000
    task = (await window.app.start_task(TaskParams("document", uri, lines(0, 2)))).task_id
    await window.reached(lambda: model.requests)
    (row,) = await rows(window, task)
    assert row.state == "open"
    assert row.sent_ms is not None
    assert began - 1 <= row.sent_ms <= time.time() * 1000
    await window.ended(task)
    await window.close()


async def test_the_answer_is_on_disk_before_it_is_settled(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model)
    lock = FileLock(tmp_path / "state" / "ledger.lock")
    try:
        task = await answered_while_held(window, model, lock)
        assert (await rows(window, task))[0].state == "open"
        assert (tmp_path / "state" / "content" / task / "answer.md").read_text()
    finally:
        lock.release(force=True)
        await window.close()


async def test_nothing_leaves_where_the_mark_cannot_be_made(
    tmp_path: Path, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = await Window.open(tmp_path, model)
    purse = window.app.world.purse
    reserve = purse.reserve

    async def lapsed(ask: ReservationRequest) -> Reservation:
        held = await reserve(ask)
        await purse.release(held)
        return held

    monkeypatch.setattr(purse, "reserve", lapsed)
    uri = window.papers.put("sample.py")
    task = (await window.app.start_task(TaskParams("document", uri, lines(0, 2)))).task_id
    view = await window.ended(task)
    assert view.state == "failed"
    assert view.error is not None
    assert "not made" in view.error[1]
    assert model.requests == []
    await window.close()


async def test_a_task_asked_again_after_its_window_was_lost_takes_new_keys(
    tmp_path: Path, model: RehearsalServer
) -> None:
    # A text answer: a proposal that waits comes back with its task, and its id is taken then.
    for n in (1, 2, 3):
        window = await Window.open(tmp_path, model)
        uri = window.papers.put("sample.py")
        await window.app.start_task(TaskParams("explain", uri, lines(0, 2), task_id="mine"))
        await window.ended("mine")
        found = await rows(window, "mine")
        assert [row.state for row in found] == ["settled"] * n
        assert len(model.requests) == n
        await window.close()


@pytest.mark.timeout(300)
def test_killed_windows_send_nothing_twice_and_leave_nothing_unbooked() -> None:
    found = kill_many(8, seed=3, deadline=time.monotonic() + 200)
    assert found.good, found
