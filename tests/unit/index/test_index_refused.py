"""A disk that refuses, and an end in the middle of a start: no process without end, none left."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support import index_kills as kills

from tierwise.index import child
from tierwise.index.project import ProjectIndex

FILES = 400
ROOM = 200_000
"""Bytes that a file may have in the test of a full disk; the index of the files takes more."""


@pytest_asyncio.fixture
async def index(tmp_path: Path) -> AsyncIterator[ProjectIndex]:
    root = tmp_path / "project"
    root.mkdir()
    for n in range(FILES):
        text = "".join(f"def name_{n}_{k}():\n    return {k}\n" for k in range(20))
        (root / f"m{n}.py").write_text(text, encoding="utf-8")
    made = ProjectIndex(root, tmp_path / "state")
    yield made
    await made.close()
    assert kills.children() == []


def is_a_folder(index: ProjectIndex) -> None:
    index.database.mkdir(parents=True)


def has_no_folder(index: ProjectIndex) -> None:
    index.database.parent.parent.mkdir()
    index.database.parent.write_text("a file where the folder should be")


def lock_is_a_folder(index: ProjectIndex) -> None:
    index.database.with_name(f"{index.database.name}.write").mkdir(parents=True)


def may_only_be_read(index: ProjectIndex) -> None:
    index.database.parent.mkdir(parents=True)
    index.database.parent.chmod(0o500)
    if os.access(index.database.parent, os.W_OK):
        pytest.skip("this user may write everywhere")


@pytest.mark.parametrize(
    "refuses", [is_a_folder, has_no_folder, lock_is_a_folder, may_only_be_read]
)
async def test_a_database_that_cannot_be_written_is_given_up(
    index: ProjectIndex, caplog: pytest.LogCaptureFixture, refuses: Callable[[ProjectIndex], None]
) -> None:
    refuses(index)
    state = await index.ready()
    assert (state.why, state.complete) == ("refused", False)
    for _ in range(20):
        assert (await index.refresh(0)).why == "refused"
    assert kills.children() == []
    assert len(failures(caplog)) == 1
    while not index._child.given_up:
        index._child._not_before = 0.0  # As if the pause were over.
        await index.ready()
    assert len(failures(caplog)) <= child.FAILURES
    state = await index.refresh()
    assert (state.state, state.why) == ("off", "refused")


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was said of processes that failed, and of those that could not be started."""
    return [r.message for r in caplog.records if r.message.startswith("index: ")]


async def test_one_that_was_given_up_is_tried_again_after_a_while(index: ProjectIndex) -> None:
    has_no_folder(index)
    while not index._child.given_up:
        index._child._not_before = 0.0
        await index.ready()
    index.database.parent.unlink()
    assert (await index.ready()).state == "off"
    index._child._not_before = 0.0
    state = await index.ready()
    assert (state.state, state.why, state.indexed) == ("ready", "", FILES)


async def test_a_full_disk_ends_the_wait_and_is_no_obstacle_afterwards(
    index: ProjectIndex,
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, limits[1]))
    try:
        await index.refresh(0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    state = await index.ready()
    assert (state.why, state.complete) == ("refused", False)
    index._child._not_before = 0.0
    state = await index.ready()
    assert (state.state, state.why, state.indexed) == ("ready", "", FILES)
    assert kills.sound(index.database)


@pytest.mark.parametrize("turns", range(6))
async def test_an_end_during_a_start_leaves_no_process(index: ProjectIndex, turns: int) -> None:
    asked = asyncio.create_task(index.refresh(0))
    for _ in range(turns):
        await asyncio.sleep(0)
    await index.close()
    await asyncio.gather(asked, return_exceptions=True)
    assert index._child.pid is None
    assert kills.children() == []
    assert (await index.refresh(0)).complete is False
    assert index._child.pid is None
