"""Edits that are still to be looked at when the gateway ends: the next one does, or says so."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.conftest import StartGateway
from tests.support.agent import Agent, result, used, user

from tierwise.gateway import survival
from tierwise.gateway.kept_edits import NAME, NOBODY, FollowedEdits, KeptEdits, written
from tierwise.gateway.passed_edits import PassedEdit
from tierwise.gateway.serve import Listening
from tierwise.gateway.survival import EditsWatch
from tierwise.store import decisions, owner
from tierwise.store.content import Content

HOUR_MS = 3_600_000


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edits are looked at at once, and after an hour."""
    monkeypatch.setattr(survival, "CHECKS_MS", (0, HOUR_MS))


async def survived(listening: Listening, task: str | None, count: int) -> list[tuple[Any, ...]]:
    """The outcomes of a task once there are so many."""
    office = listening.gateway.office
    async with asyncio.timeout(60):
        while True:
            await office.journal.flush()
            told = await office.window.ledger.read(lambda c: decisions.task(c, str(task)))
            if told is not None and len(told.outcomes) >= count:
                return [(kind, value) for kind, _, _, value in told.outcomes]
            await asyncio.sleep(0.01)


def edited(folder: Path, count: int) -> list[dict[str, Any]]:
    """A conversation whose agent edited so many files of a folder."""
    said = [user("fix the typo")]
    for number in range(count):
        file = str(folder / f"{number}.py")
        given = {"file_path": file, "old_string": "a = 1", "new_string": "b = 2"}
        said += [used("Edit", number, **given), result(number, "ok")]
    return said


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_edits_are_looked_at_by_the_next_gateway(
    start: StartGateway, tmp_path: Path, checks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        (tmp_path / f"{number}.py").write_text("b = 2\n")
    project = {"x-tierwise-project": str(tmp_path)}
    first = await start()
    async with Agent(first, "s1") as agent:
        await agent.ask(edited(tmp_path, 0), headers=project)
        step = await agent.ask(edited(tmp_path, 1), headers=project)
        assert await survived(first, step.task, 1) == [("survived", "1.0/1.0")]
    await first.close()
    content = first.gateway.office.window.content
    assert "b = 2" not in str(content.get(str(step.task), NAME))

    (tmp_path / "0.py").write_text("c = 3\n")
    waits: list[float] = []
    later = EditsWatch._later

    def at_once(
        self: EditsWatch, one: FollowedEdits, after: int, wait: float
    ) -> asyncio.TimerHandle:
        waits.append(wait)
        return later(self, one, after, 0.0)

    with monkeypatch.context() as patch:
        patch.setattr(EditsWatch, "_later", at_once)
        second = await start()
        assert await survived(second, step.task, 2) == [
            ("survived", "1.0/1.0"), ("survived", "0.0/1.0"),
        ]  # fmt: skip
    assert len(waits) == 1
    assert 0 < waits[0] < HOUR_MS / 1000
    await until(lambda: content.get(str(step.task), NAME) is None)


async def test_what_was_seen_before_is_not_followed_again(
    start: StartGateway, tmp_path: Path, checks: None
) -> None:
    project = {"x-tierwise-project": str(tmp_path)}
    first = await start()
    async with Agent(first, "s1") as agent:
        await agent.ask(edited(tmp_path, 0), headers=project)
        await agent.ask(edited(tmp_path, 1), headers=project)
    await first.close()
    second = await start()
    async with Agent(second, "s1") as agent:
        step = await agent.ask(edited(tmp_path, 2), headers=project)
        again = await agent.ask(edited(tmp_path, 2), headers=project)
    assert step.task == again.task
    await second.close()
    kept = json.loads(str(second.gateway.office.window.content.get(str(step.task), NAME)))
    assert [Path(edit["path"]).name for edit in kept["edits"]] == ["0.py", "1.py"]
    assert (kept["seen"], kept["owner"]) == (2, NOBODY)


async def test_looks_that_were_missed_are_said_to_be_lost(
    start: StartGateway, tmp_path: Path, checks: None, caplog: pytest.LogCaptureFixture
) -> None:
    first = await start()
    content = first.gateway.office.window.content
    await first.close()
    old = FollowedEdits(
        "t1", "haiku", str(tmp_path), 0, 1, [PassedEdit("a", Counter(), Counter())], 0
    )
    content.put("t1", NAME, written(old, NOBODY))
    with caplog.at_level(logging.WARNING):
        await start()
    assert "1 looks at the edits of task t1 are lost" in caplog.text
    assert content.tasks_with(NAME) == []


async def test_where_no_content_is_kept_no_edit_is(
    start: StartGateway, tmp_path: Path, checks: None, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "0.py").write_text("b = 2\n")
    listening = await start("content_keep_days = 0\n")
    project = {"x-tierwise-project": str(tmp_path)}
    async with Agent(listening, "s1") as agent:
        await agent.ask(edited(tmp_path, 0), headers=project)
        step = await agent.ask(edited(tmp_path, 1), headers=project)
        await survived(listening, step.task, 1)
    with caplog.at_level(logging.WARNING):
        await listening.close()
    assert "1 tasks are followed no more" in caplog.text
    assert listening.gateway.office.window.content.tasks_with(NAME) == []


def ended() -> str:
    """The name of a process that is over."""
    code = "from tierwise.store import owner; print(owner.identity())"
    return subprocess.check_output([sys.executable, "-c", code], text=True).strip()


OWNERS: dict[str, tuple[Callable[[], str], bool]] = {
    "one that left it": (lambda: NOBODY, True),
    "one that was killed": (ended, True),
    "one that runs": (owner.identity, False),
    "one of another machine": (lambda: "elsewhere/1:1:1", False),
}


@pytest.mark.parametrize("whose", OWNERS)
def test_only_what_nobody_follows_is_taken_and_once(tmp_path: Path, whose: str) -> None:
    name, free = OWNERS[whose]
    content = Content(tmp_path)
    kept = KeptEdits(content, lambda: True)
    edits = [PassedEdit("a.py", Counter({b"12345678": 2}), Counter({b"87654321": 1}))]
    one = FollowedEdits("t1", "haiku", str(tmp_path), 5, 3, edits, 30_000)
    kept.put(written(one, name()), "t1")
    assert kept.taken() == ([one] if free else [])
    assert kept.taken() == []
    assert content.tasks_with(NAME) == ([] if free else ["t1"])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"owner": ""}', '{"owner": "", "edits": 3}'])
def test_a_kept_text_that_says_nothing_is_passed_over(tmp_path: Path, text: str) -> None:
    content = Content(tmp_path)
    content.put("t1", NAME, text)
    assert KeptEdits(content, lambda: True).taken() == []
    assert content.tasks_with(NAME) == []
