"""A settlement that finds the ledger held is made later; the money does not wait for the lease."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from filelock import FileLock
from tests.support.window import Window, lines

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import schema
from tierwise.store.ledger import Ledger
from tierwise.store.place import FilePlace
from tierwise.tasks.api import TaskParams


async def states(ledger: Ledger) -> list[str]:
    query = sa.select(schema.reservations.c.state)
    return list(await ledger.read(lambda conn: conn.execute(query).scalars().all()))


async def answered_while_held(window: Window, model: RehearsalServer, lock: FileLock) -> str:
    """A task whose answer comes while another window holds the ledger."""
    place = window.app.world.window.ledger._place
    assert isinstance(place, FilePlace)
    place._file._lock._wait_s = 0.05
    model.faults.default = Fault(pings=5, delay=0.1)
    uri = window.papers.put("sample.py")
    started = await window.app.start_task(TaskParams("document", uri, lines(0, 2), tier="haiku"))
    await window.reached(lambda: model.requests)
    lock.acquire(timeout=5)
    assert (await window.ended(started.task_id)).state == "proposed", "the answer is not lost"
    assert await states(window.app.world.window.ledger) == ["open"]
    return started.task_id


async def test_what_could_not_be_settled_is_settled_as_soon_as_the_ledger_is_free(
    tmp_path: Path, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierwise.tasks.money.settling.WAITS", (0.05,) * 400)
    window = await Window.open(tmp_path, model)
    world, lock = window.app.world, FileLock(tmp_path / "state" / "ledger.lock")
    try:
        task = window.app.tasks[await answered_while_held(window, model, lock)]
        assert task.cost == 0
        assert world.budget_watch._open, "its lease is renewed as long as it may still be settled"
        lock.release()
        await window.reached(lambda: task.cost > 0 and not world.budget_watch._open)
        assert await states(world.window.ledger) == ["settled"]
        assert world.budget_watch.state.day_reserved == 0
        assert world.budget_watch.state.day_spent == task.cost
    finally:
        lock.release(force=True)
        await window.close()


async def test_the_tries_are_bounded_and_the_lease_is_left(
    tmp_path: Path, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierwise.tasks.money.settling.WAITS", (0.02,) * 3)
    window = await Window.open(tmp_path, model)
    lock = FileLock(tmp_path / "state" / "ledger.lock")
    try:
        await answered_while_held(window, model, lock)
        await window.reached(lambda: not window.app.world.settling._late)
        assert not window.app.world.budget_watch._open
        assert await states(window.app.world.window.ledger) == ["open"]
    finally:
        lock.release(force=True)
        await window.close()


async def test_the_end_of_the_server_is_one_more_try(
    tmp_path: Path, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierwise.tasks.money.settling.WAITS", (3600.0,))
    window = await Window.open(tmp_path, model)
    lock = FileLock(tmp_path / "state" / "ledger.lock")
    try:
        await answered_while_held(window, model, lock)
    finally:
        lock.release(force=True)
        await window.close()
    ledger = Ledger.open(tmp_path / "state")
    assert await states(ledger) == ["settled"]
    await ledger.close()
