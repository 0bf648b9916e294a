"""Tasks beside one another: the limit, the order, edits of the same lines, and pauses."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from tests.support.window import CODE, Window, lines
from tests.unit.tasks.conftest import Open

from tierwise.core.document import Position, Range
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.api import ChatParams, TaskParams
from tierwise.tasks.intake.refresh import rebased

SLOW = Fault(first_delay=0.15)


def first(w: Window, task_id: str, state: str) -> int:
    """When a task first reached a state, as its place among all views."""
    return next(i for i, v in enumerate(w.screen.views) if (v.task_id, v.state) == (task_id, state))


async def test_no_more_run_at_once_than_the_operator_set_and_in_the_order_they_came(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.default = SLOW
    w = await window("parallel = 2\n")
    names = [f"t{n}" for n in range(6)]
    for name in names:
        uri = w.papers.put(f"{name}.py")
        await w.app.start_task(TaskParams("document", uri, lines(0, 2), task_id=name))
    most = 0
    for name in names:
        most = max(most, w.app.world.turns.running)
        await w.ended(name)
    assert most == 2
    starts = [first(w, name, "running") for name in names]
    assert all(a < b for a, b in zip(starts, starts[2:], strict=False)), "two beside one another"
    assert any(v.progress == "waiting for other tasks to finish" for v in w.screen.views)
    assert w.app.world.turns.running == 0


async def test_edits_of_the_same_lines_run_one_after_the_other_on_the_text_of_then(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.default = SLOW
    w = await window()
    uri = w.papers.put("a.py")
    await w.app.start_task(TaskParams("document", uri, lines(0, 2), task_id="one"))
    await w.app.start_task(TaskParams("document", uri, lines(1, 2), task_id="two"))
    await w.app.start_task(TaskParams("document", uri, lines(4, 6), task_id="beside"))
    await w.app.start_task(TaskParams("explain", uri, lines(0, 2), task_id="reads"))
    behind = "waiting for the edit of these lines before it"
    await w.reached(lambda: w.app.tasks["two"].progress == behind)
    await w.reached(lambda: w.app.tasks["one"].state == "running")
    w.papers.put("a.py", "import os\n\n" + CODE)
    for name in ("one", "two", "beside", "reads"):
        await w.ended(name)
    assert first(w, "two", "running") > first(w, "one", "proposed")
    assert first(w, "beside", "running") < first(w, "one", "proposed")
    assert first(w, "reads", "running") < first(w, "one", "proposed")
    two = w.app.tasks["two"].scene
    assert two.focus is not None
    assert two.focus.text.startswith("import os")
    assert two.range == lines(3, 4), "the selection moved with its lines"


async def test_paused_tasks_keep_their_place_ask_once_and_let_others_by(
    window: Open, model: RehearsalServer
) -> None:
    w = await window("parallel = 1\n[budget]\nday_usd = 0\n")
    for name in ("a", "b", "c"):
        uri = w.papers.put(f"{name}.py")
        await w.app.start_task(TaskParams("document", uri, lines(0, 2), task_id=name))
    states = w.app.tasks
    await w.reached(lambda: all(states[n].state == "paused" for n in ("a", "b", "c")))
    await w.reached(lambda: w.screen.asked)
    assert model.requests == []
    await w.app.resume(allow_task="c")
    await w.reached(lambda: states["c"].state == "proposed")
    assert states["a"].state == states["b"].state == "paused"
    await w.app.resume(raise_nanos=5 * 10**9)
    for name in ("a", "b"):
        await w.ended(name)
        assert states[name].state == "proposed"
    running = [v.task_id for v in w.screen.views if v.state == "running" and v.task_id != "c"]
    assert running.index("a") < running.index("b")
    assert len(w.screen.asked) == 1, "all three waited for one answer"


async def test_one_that_is_cancelled_while_it_waits_leaves_no_gap(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.default = SLOW
    w = await window("parallel = 1\n")
    for name in ("a", "b", "c"):
        uri = w.papers.put(f"{name}.py")
        await w.app.start_task(TaskParams("document", uri, lines(0, 2), task_id=name))
    assert await w.app.cancel("b")
    await w.ended("c")
    assert [w.app.tasks[n].state for n in "abc"] == ["proposed", "cancelled", "proposed"]


async def test_the_limit_is_followed_when_it_changes(window: Open, model: RehearsalServer) -> None:
    model.faults.default = SLOW
    w = await window("parallel = 1\n")
    asking = [
        asyncio.ensure_future(w.app.chat(ChatParams(f"question {n}", task_id=f"q{n}")))
        for n in range(4)
    ]
    await w.reached(lambda: w.app.world.turns.running == 1)
    w.app.set_settings({"parallel": 3})
    await w.reached(lambda: w.app.world.turns.running == 3)
    await asyncio.gather(*asking)


LINES = st.lists(st.sampled_from("abcde"), max_size=12)


@given(LINES, LINES, st.integers(0, 11), st.integers(0, 11))
def test_a_selection_is_found_again_with_the_same_lines_or_not_at_all(
    head: list[str], tail: list[str], start: int, size: int
) -> None:
    chosen = ["the", "chosen", "lines"]
    old = "\n".join([*head, *chosen, *tail, ""])
    span = Range(Position(len(head), 0), Position(len(head) + 3, 0))
    moved = rebased(old, "\n".join(["new", *head[start:], *chosen, *tail[:size], ""]), span)
    if moved is not None:
        now = ["new", *head[start:], *chosen, *tail[:size], ""]
        assert now[moved.start.line : moved.end.line] == chosen
    assert rebased(old, old, span) == span
    assert rebased(old, old.replace("chosen", "changed"), span) is None
