"""What is on disk of proposals, whatever happens while they are written."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tierwise.core.document import Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.core.request import Request
from tierwise.edits.proposal import NewText, make
from tierwise.store.content import Content
from tierwise.tasks.proposing import keeping
from tierwise.tasks.proposing.keeping import Keeper
from tierwise.tasks.proposing.open_proposal import OpenProposal
from tierwise.tasks.proposing.places import Places

URI = "file:///a.py"


class Disk(Content):
    """A disk that is slow until `free` is set. `began` is set once a write has begun."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.free, self.began = threading.Event(), threading.Event()

    def put(self, task_id: str, name: str, text: str, *, durable: bool = False) -> Path | None:
        self.began.set()
        assert self.free.wait(60)
        return super().put(task_id, name, text, durable=durable)

    @property
    def holds(self) -> str | None:
        """The id of the proposal on the disk."""
        text = self.get("task", keeping.NAME)
        return None if text is None else str(json.loads(text)["proposal"]["id"])


class NoDocuments:
    def snapshot(self, uri: str) -> Snapshot:
        raise BadRequest(ErrorReason("file_changed"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    yield disk
    disk.free.set()


@pytest.fixture
def keeper(disk: Disk) -> Keeper:
    window = SimpleNamespace(keeps_content=True, content=disk, night=False, documents=NoDocuments())
    return Keeper(cast(Any, window))


def proposal(edit_id: str, after: str = "y = 1\n", state: str = "running") -> OpenProposal:
    """An open proposal of the one task of these tests."""
    doc = Snapshot(URI, "/a.py", 1, "python", "x = 1\n")
    found = make(edit_id, "task", {URI: NewText(doc, "a.py", after)})
    task = SimpleNamespace(
        id="task", created_ms=1, project="p", conversation_id=None, rehearsal=False, state=state,
        request=Request(action="edit", instruction="x", id="task"),
        scene=SimpleNamespace(focus=None, range=None), run=SimpleNamespace(notices=()),
    )  # fmt: skip
    return OpenProposal(cast(Any, task), found, Places(found))


async def written() -> None:
    """Wait until the thread that writes has done all it was given."""
    await asyncio.get_running_loop().run_in_executor(keeping._WRITING, lambda: None)


async def began(disk: Disk) -> None:
    assert await asyncio.to_thread(disk.began.wait, 60)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_task_that_is_cancelled_while_its_proposal_is_written_leaves_none(
    times: int, keeper: Keeper, disk: Disk
) -> None:
    job = asyncio.create_task(keeper.first(proposal("one")))
    await began(disk)
    for _ in range(times):
        job.cancel()
        await asyncio.sleep(0)
    await asyncio.wait({job})
    assert job.cancelled()
    disk.free.set()
    await written()
    assert disk.holds is None


async def test_what_is_given_up_while_it_is_written_is_gone_and_its_successor_stays(
    keeper: Keeper, disk: Disk
) -> None:
    old, new = proposal("old", state="proposed"), proposal("new", "z = 1\n")
    keeper.keep(old)
    await began(disk)
    keeper.forget(old)
    job = asyncio.create_task(keeper.first(new))
    disk.free.set()
    await job
    assert disk.holds == "new"
    await keeper.flush()
    keeper.forget(new)
    await written()
    assert disk.holds is None


async def test_what_rests_after_typing_is_not_written_over_its_successor(
    keeper: Keeper, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.free.set()
    monkeypatch.setattr(keeping, "RESTS", 0.0)
    old, new = proposal("old", state="proposed"), proposal("new", "z = 1\n")
    await keeper.first(old)
    keeper.soon(old)
    keeper.forget(old)
    await keeper.first(new)
    await asyncio.sleep(0)
    await keeper.flush()
    assert disk.holds == "new"


async def test_what_cannot_be_written_is_shown_all_the_same(keeper: Keeper, disk: Disk) -> None:
    disk.free.set()
    await keeper.first(proposal("odd", "a = '\ud800'\n"))
    assert disk.holds is None


async def test_what_is_not_taken_over_can_be_claimed_later(keeper: Keeper, disk: Disk) -> None:
    disk.free.set()
    kept = replace(keeping.kept(proposal("one"), keeper.window), state="proposed")
    for number in range(5):
        one = replace(kept, task_id=f"task{number}", created_ms=number)
        keeping._put(one, {URI: "x = 1\n"}, disk, keeping.NAME, proposal("one"))
    first = keeping.read(disk, "p", 2, 0)
    assert [one.task_id for one in first] == ["task3", "task4"]
    disk.give_back("task4", keeping.NAME)
    later = keeping.read(disk, "p", 9, 0)
    assert [one.task_id for one in later] == ["task0", "task1", "task2", "task4"]


async def test_an_old_applied_edit_is_not_claimed(keeper: Keeper, disk: Disk) -> None:
    disk.free.set()
    kept = replace(keeping.kept(proposal("one"), keeper.window), state="applied", created_ms=5)
    keeping._put(kept, {URI: "x = 1\n"}, disk, keeping.NAME, proposal("one"))
    assert keeping.read(disk, "p", 9, 6) == []
    assert [one.task_id for one in keeping.read(disk, "p", 9, 5)] == ["task"]
