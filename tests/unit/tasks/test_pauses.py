"""A pause is said once per threshold: silent the second time, said again at a raised cap."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.support.sentences import refused
from tests.support.window import Window, lines

from tierwise.core.errors import BadRequest, BudgetPaused
from tierwise.core.money import to_nanos
from tierwise.core.views import TaskView
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.lens import offers
from tierwise.present.pause import ALLOW, STAY, raise_title
from tierwise.tasks.api import ChatParams, TaskParams

NOTHING = "[budget]\nday_usd = 0\n"
RAISE = raise_title("day")


async def paused(window: Window) -> TaskView:
    """A task once it waits for money."""
    uri = window.papers.put("sample.py")
    started = await window.app.start_task(TaskParams("document", uri, lines(0, 2)))
    task = window.app.tasks[started.task_id]
    await window.reached(lambda: task.id in window.app.world.budget_watch._waiting)
    return task.view()


def visible(window: Window, view: TaskView) -> bool:
    """Whether a paused task and its ways on are on screen without any message."""
    found = offers(view, window.app.world.window.ladder)
    titles = [offer.title.partition(" · ")[0] for offer in found]
    status = window.app.status()
    return (
        view.state == "paused"
        and {raise_title(None), ALLOW, "Cancel this task"} <= set(titles)
        and status.kind == "paused"
        and status.command is not None
        and status.command.title == RAISE
    )


async def test_a_pause_is_asked_about_once_and_again_at_a_raised_cap(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, NOTHING)
    asked = window.screen.asked
    window.screen.answer = lambda question, options: STAY
    try:
        first = await paused(window)
        await window.reached(lambda: asked)
        assert visible(window, await paused(window)), "the second is silent, and to be seen"
        assert len(asked) == 1
        # A raise that is too small for anything: it is at the new cap that it waits.
        await window.app.resume(raise_nanos=1_000)
        assert visible(window, await paused(window))
        await window.reached(lambda: len(asked) == 2)
        assert visible(window, await paused(window))
        assert len(asked) == 2, "once at each cap"
        await window.app.resume(raise_nanos=to_nanos(1))
        assert (await window.ended(first.task_id)).state == "proposed"
    finally:
        await window.close()


async def test_a_raise_that_does_not_suffice_is_asked_about_at_once(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, NOTHING + "hour_usd = 0\n")
    asked = window.screen.asked
    window.screen.answer = lambda question, options: RAISE if RAISE in options else ALLOW
    try:
        view = await paused(window)
        assert (await window.ended(view.task_id)).state == "proposed"
        assert [RAISE in options for _, options in asked] == [True, False], "the hour is left"
    finally:
        await window.close()


async def test_only_a_cap_that_is_there_can_be_raised(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, NOTHING)
    try:
        with refused(BadRequest, match="no cap on the project"):
            await window.app.resume(raise_nanos=to_nanos(1), scope="project")
        with refused(BadRequest, match="positive"):
            await window.app.resume(raise_nanos=0)
        status = await window.app.resume(raise_nanos=to_nanos(1), scope="day")
        assert status.kind != "paused"
    finally:
        await window.close()


async def test_a_raise_names_the_cap_it_raises(tmp_path: Path, model: RehearsalServer) -> None:
    window = await Window.open(tmp_path, model, "[budget]\nproject_usd = 0\n")
    window.screen.answer = lambda question, options: options[0]
    try:
        view = await paused(window)
        assert (await window.ended(view.task_id)).state == "proposed"
        assert window.screen.asked[0][1][0] == "Raise the project's budget by $1"
        offered = [s.command for s in window.screen.statuses if s.kind == "paused" and s.command]
        assert offered[0].title == "Raise the project's budget by $1"
        assert offered[0].argument == {"raiseUsd": 1, "scope": "project"}
    finally:
        await window.close()


async def test_an_hour_that_is_full_offers_no_raise(tmp_path: Path, model: RehearsalServer) -> None:
    window = await Window.open(tmp_path, model, "[budget]\nday_usd = 5\nhour_usd = 0\n")
    try:
        await paused(window)
        assert window.app.status().kind == "paused"
        assert window.app.status().command is None
    finally:
        await window.close()


async def test_a_question_that_nobody_answered_is_asked_again_by_the_next_window(
    tmp_path: Path, model: RehearsalServer
) -> None:
    """Whoever restarts the server has the question on screen no more."""
    window = await Window.open(tmp_path, model, NOTHING)
    never = asyncio.Event()

    async def hangs(question: str, options: Sequence[str]) -> str | None:
        asked.append(question)
        await never.wait()
        return None

    asked: list[str] = []
    window.screen.ask = hangs  # type: ignore[method-assign]
    await paused(window)
    await window.reached(lambda: asked)
    await window.close()
    window = await Window.open(tmp_path, model, NOTHING)
    window.screen.answer = lambda question, options: STAY
    try:
        await paused(window)
        await window.reached(lambda: window.screen.asked)
    finally:
        await window.close()
    window = await Window.open(tmp_path, model, NOTHING)
    try:
        assert visible(window, await paused(window))
        assert not window.screen.asked, "it was answered in the window before"
    finally:
        await window.close()


async def test_a_refused_question_runs_once_the_cap_is_raised_and_the_latest_of_its_chat_alone(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, NOTHING)
    try:
        for task, chat in (("t1", "c"), ("t2", "c"), ("t3", "d")):
            with pytest.raises(BudgetPaused):
                await window.app.chat(ChatParams("what is a list?", task, chat))
        assert not model.requests
        await window.app.resume(raise_nanos=to_nanos(1))
        assert (await window.ended("t2")).state == "answered"
        assert (await window.ended("t3")).state == "answered"
        assert window.app.tasks["t1"].state == "failed"
        assert len(model.requests) == 2
    finally:
        await window.close()


async def test_a_refused_question_that_is_allowed_runs_alone(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, NOTHING)
    try:
        for task, chat in (("t1", "c"), ("t2", "d")):
            with pytest.raises(BudgetPaused):
                await window.app.chat(ChatParams("what is a list?", task, chat))
        await window.app.resume(allow_task="t1")
        assert (await window.ended("t1")).state == "answered"
        assert window.app.tasks["t2"].state == "failed"
    finally:
        await window.close()
