"""Messages about money: true, one per threshold and day, in the window that was used last."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.window import Window, lines

from tierwise.budget.reservation import ReservationRequest
from tierwise.core.money import Usage, to_nanos
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import notices, owner
from tierwise.tasks.api import TaskParams

CAP = "[budget]\nday_usd = 0.05\n"
OTHER = "elsewhere/0:1:1"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierwise.tasks.money.budget_watch.TICK", 0.02)


async def reserve(window: Window, name: str, output: int) -> object:
    """A call of another window that may cost up to so many output tokens on Opus."""
    tier = window.app.world.window.tier("opus")
    return await window.app.world.purse.reserve(
        ReservationRequest(name, name, tier, "x", "edit", None, output, "other", full_output=True)
    )


async def spend(window: Window, cents: float, name: str = "spent") -> None:
    """What another window spent today."""
    tokens = round(cents * 1e7 / 20_000)
    held = await reserve(window, name, tokens)
    await window.app.world.purse.settle(held, Usage(0, tokens))  # type: ignore[arg-type]  # a reservation
    await window.app.world.budget_watch.refresh()


async def ask(window: Window, tier: str = "haiku") -> str:
    uri = window.papers.put("sample.py")
    started = await window.app.start_task(TaskParams("document", uri, lines(0, 2), tier=tier))
    return started.task_id


def said(window: Window) -> list[str]:
    """Everything that was put before the operator about money."""
    asked = [question for question, _ in window.screen.asked]
    return [
        text for text in (*window.screen.notices, *asked) if "budget" in text or "Paused" in text
    ]


async def settled_down(window: Window) -> None:
    """Until nothing about money is being said any more."""
    announcer = window.app.world.budget_watch.announcer
    await window.app.world.budget_watch.refresh()
    while announcer._jobs:
        await asyncio.wait(announcer._jobs)


async def test_a_large_call_in_flight_pauses_nothing_and_is_waited_for(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, CAP)
    await spend(window, 1.9)
    held = await reserve(window, "large", 1_540)
    await window.app.world.budget_watch.refresh()
    assert window.app.status().kind != "paused"
    task = await ask(window)
    await window.reached(lambda: window.app.tasks[task].state == "paused")
    progress = window.app.tasks[task].view().progress or ""
    assert "in flight" in progress
    assert "reached" not in progress
    await settled_down(window)
    assert said(window) == [], "a wait is no message"
    await window.app.world.purse.settle(held, Usage(0, 10))  # type: ignore[arg-type]  # a reservation
    assert (await window.ended(task)).state == "proposed", "and goes on by itself"
    await window.close()


@pytest.mark.parametrize(
    ("cents", "messages"),
    [(0.5, 0), (3.9, 0), (4.1, 1), (4.5, 1), (4.999, 1), (5, 1)],
)
async def test_each_threshold_is_said_once(
    cents: float, messages: int, tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, CAP)
    window.screen.answer = lambda question, options: options[-1]
    await spend(window, cents)
    for _ in range(3):
        await settled_down(window)
    assert len(said(window)) == messages, said(window)
    await window.close()
    again = await Window.open(tmp_path, model, CAP)
    await settled_down(again)
    assert said(again) == [], "not by the next window of this day either"
    await again.close()


@pytest.mark.parametrize("cents", [4.1, 5])
async def test_a_window_that_lives_over_midnight_says_it_on_the_next_day_too(
    cents: float, tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, CAP)
    window.screen.answer = lambda question, options: options[-1]
    await spend(window, cents)
    await settled_down(window)
    watch = window.app.world.budget_watch
    tomorrow = replace(watch.state, day="2099-01-01")
    for _ in range(3):
        watch.announcer.announce(tomorrow, watch._question)
        await settled_down(window)
    assert len(said(window)) == 2, said(window)
    await window.close()


@pytest.mark.parametrize(
    ("cap", "why"), [("0", "budget is 0¢"), ("0.00001", "is too small for a call")]
)
async def test_a_cap_that_pauses_before_anything_is_spent_is_asked_about_by_a_task(
    cap: str, why: str, tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, f"[budget]\nday_usd = {cap}\n")
    await settled_down(window)
    assert said(window) == [], "not at the start"
    await ask(window)
    await window.reached(lambda: window.screen.asked)
    assert why in window.screen.asked[0][0]
    await window.close()


@pytest.mark.parametrize("claimed", [True, False])
async def test_a_window_used_earlier_speaks_only_where_the_later_one_does_not(
    claimed: bool, tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, CAP)
    world = window.app.world
    world.budget_watch.announcer.patience = 0.2
    await world.window.ledger.write(lambda conn: notices.used(conn, OTHER, 2**50))
    await spend(window, 4.2)
    if claimed:
        what = "budget:day:soft::"
        day = world.budget_watch.state.day
        assert await world.window.ledger.write(
            lambda conn: notices.claim(conn, what, day, OTHER, 1)
        )
    await settled_down(window)
    assert len(said(window)) == (0 if claimed else 1)
    await window.close()


async def test_the_window_used_last_is_the_one_a_task_was_asked_in(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, CAP)
    ledger = window.app.world.window.ledger
    await ledger.write(lambda conn: notices.used(conn, OTHER, window.app.world.window.now_ms()))
    assert (await ledger.read(notices.windows))[0] == OTHER
    await window.ended(await ask(window))
    await window.app.world.journal.flush()
    assert (await ledger.read(notices.windows))[0] == owner.identity()
    await window.close()


@pytest.mark.parametrize("way", ["raise here", "raise elsewhere", "allow"])
async def test_what_was_refused_runs_after_a_raise_or_an_allowance(
    way: str, tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, "[budget]\nday_usd = 0.002\n")
    task = await ask(window, "opus")
    view = await window.ended(task)
    assert view.state == "failed"
    assert view.error is not None
    assert view.error[0] == "BudgetPaused"
    assert "needs up to" in view.error[1]
    assert window.app.status().kind != "paused", "the budget itself is not paused"
    if way == "raise here":
        await window.app.resume(raise_nanos=to_nanos(1))
    elif way == "raise elsewhere":
        await window.app.world.purse.raise_by(to_nanos(1), window.app.world.window.project)
    else:
        await window.app.resume(allow_task=task)
    await window.reached(lambda: window.app.tasks[task].state == "proposed")
    assert window.app.tasks[task].decision.answering == "opus"
    assert len(model.requests) == 1
    await window.close()
