"""A redo is a run of its own: nothing of the run before decides what it asks for."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest
from tests.support.window import Window, lines
from tests.unit.tasks.conftest import Open

from tierwise.budget.calibration import ENOUGH_OUTPUT
from tierwise.core.actions import ACTIONS
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import samples
from tierwise.store.deferred import Connection
from tierwise.tasks.api import ChatParams, TaskParams
from tierwise.tasks.task.task_run import Run, TaskAnswer

CUT = Fault(stop_reason="max_tokens")


SHORT = 40
"""The histogram bucket of an answer of 32 tokens: 8 buckets per doubling."""


async def experienced(window: Open) -> Window:
    """A window whose ledger has seen enough short answers to ask for no more than they need."""
    before = await window()
    keys = [("output", tier.model, action) for tier in DEFAULT_LADDER for action in ACTIONS]

    def write(conn: Connection) -> None:
        for _ in range(ENOUGH_OUTPUT):
            samples.add(conn, *((key, SHORT) for key in keys))

    await before.app.world.window.ledger.write(write)
    return await window()


async def start(w: Window, name: str, tier: str = "haiku") -> str:
    uri = w.papers.put(f"{name}.py")
    params = TaskParams("document", uri, lines(0, 2), tier=tier, task_id=name)
    await w.app.start_task(params)
    await w.ended(name)
    return name


def asked(model: RehearsalServer) -> list[int]:
    """The `max_tokens` of every request since the last look."""
    found = [request["max_tokens"] for request in model.requests]
    model.requests.clear()
    return found


@pytest.mark.parametrize("redo", ["same", "up", "opus", "haiku"])
async def test_a_redo_of_a_cut_off_answer_asks_for_what_a_fresh_task_asks(
    window: Open, model: RehearsalServer, redo: str
) -> None:
    w = await experienced(window)
    usual = {}
    for tier in ("haiku", "sonnet", "opus"):
        await start(w, f"fresh-{tier}", tier)
        (usual[tier],) = asked(model)
    model.faults.queue = [CUT]
    task_id = await start(w, "cut")
    first, more = asked(model)
    assert first == usual["haiku"]
    assert more > first, "once more, with all that the tier may write"
    for _ in range(2):
        await w.app.rerun_on(task_id, redo)
        tier = (await w.ended(task_id)).decision.answering
        assert asked(model) == [usual[tier]], "the run before is over"


async def test_each_run_of_a_task_may_be_cut_off_once(window: Open, model: RehearsalServer) -> None:
    w = await experienced(window)
    model.faults.queue = [CUT]
    task_id = await start(w, "cut")
    asked(model)
    model.faults.queue = [CUT]
    await w.app.rerun_on(task_id, "same")
    await w.ended(task_id)
    first, more = asked(model)
    assert more > first


async def test_a_regenerated_chat_turn_forgets_that_the_one_before_was_cut_off(
    window: Open, model: RehearsalServer
) -> None:
    w = await experienced(window)
    whole = await w.app.chat(ChatParams("What is a stack?", tier="haiku"))
    usual = asked(model)[0]
    model.faults.queue = [CUT]
    cut = await w.app.chat(ChatParams("What is a stack?", tier="haiku"))
    assert len(asked(model)) == 2
    await w.app.rerun_on(cut.task_id, "same")
    await w.ended(cut.task_id)
    assert asked(model) == [usual]
    assert whole.task_id != cut.task_id


async def test_nothing_of_a_run_outlives_it_but_what_was_sent(
    window: Open, model: RehearsalServer
) -> None:
    """Whatever field a run gets one day: a redo begins with its default, until the run sets it."""
    w = await experienced(window)
    model.faults.queue = [CUT]
    task = w.app.tasks[await start(w, "cut")]
    run, answer, sent = task.run, task.answer, task.records
    task.start_over("again")
    assert task.run is not run
    assert task.answer is not answer
    for part in (task.run, task.answer):
        assert is_dataclass(part)
        fresh = Run() if isinstance(part, Run) else TaskAnswer()
        for field in fields(part):
            assert getattr(part, field.name) == getattr(fresh, field.name), field.name
    assert task.records == sent, "what was sent for this task can still be shown"
