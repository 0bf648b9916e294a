"""Availability end to end in one process: retries, switches, questions, pins; all on the record."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from tests.support.window import Window, lines
from tests.unit.tasks.conftest import Open

from tierwise.core.views import TaskView
from tierwise.models.breaker import FAILURES
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.lens import headline
from tierwise.present.money import amount
from tierwise.present.reasons import words
from tierwise.store import decisions, schema
from tierwise.tasks.api import TaskParams

HAIKU, SONNET, OPUS = "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"
OVERLOADED = Fault(status=529, kind="overloaded_error")


async def document(window: Window, **more: object) -> TaskView:
    uri = window.papers.put("sample.py")
    params = TaskParams("document", uri, lines(0, 2), **more)  # type: ignore[arg-type]
    started = await window.app.start_task(params)
    return await window.ended(started.task_id)


async def attempts(window: Window, task_id: str) -> list[tuple[str, str]]:
    """The reservations of a task: model and state, in order."""
    await window.app.world.journal.flush()
    table = schema.reservations
    query = sa.select(table.c.model, table.c.state).where(table.c.task_id == task_id)
    rows = await window.app.world.window.ledger.read(
        lambda conn: conn.execute(query.order_by(table.c.request_id)).all()
    )
    return [(row.model, row.state) for row in rows]


@pytest.mark.parametrize("highest", ["haiku", "sonnet"])
async def test_no_tier_above_the_highest_that_may_answer_stands_in(
    window: Open, model: RehearsalServer, highest: str
) -> None:
    for name in (HAIKU, SONNET):
        model.faults.by_model[name] = OVERLOADED
    w = await window(f'max_tier = "{highest}"\n')
    view = await document(w)
    assert view.state == "failed"
    asked = {name for name, _ in await attempts(w, view.task_id)}
    assert asked == ({HAIKU} if highest == "haiku" else {HAIKU, SONNET})
    assert not any("Opus" in option for _, options in w.screen.asked for option in options)


async def test_a_switch_is_an_event_on_screen_and_in_the_ledger(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.by_model[HAIKU] = OVERLOADED
    w = await window()
    view = await document(w)
    assert (view.state, view.decision.cause) == ("proposed", "failover")
    paid = amount(view.cost)
    assert headline(view) == f"Haiku → Sonnet, Haiku is overloaded · {paid}"
    assert any("Haiku → Sonnet" in status.text for status in w.screen.statuses)
    assert any("Haiku is overloaded" in status.tooltip for status in w.screen.statuses)
    (switch,) = view.switches
    assert (switch.old, switch.new, switch.cause) == ("haiku", "sonnet", "overloaded")
    assert any(s.reason == "Haiku is overloaded; Sonnet answers" for s in w.screen.streams)
    assert await attempts(w, view.task_id) == [
        (HAIKU, "released"), (HAIKU, "released"), (SONNET, "settled"),
    ]  # fmt: skip
    told = await w.app.world.window.ledger.read(lambda conn: decisions.task(conn, view.task_id))
    assert told is not None
    assert told.decisions[-1].cause == "failover"
    assert told.decisions[-1].detail["switches"][0]["cause"] == "overloaded"


REFUSED = [
    (400, "prompt is too long: 210031 tokens > 200000 maximum", "too_large"),
    (400, "Input is too long for requested model.", "too_large"),
    (400, "This model's maximum context length is 8192 tokens.", "too_large"),
    (413, "Request exceeds the maximum size", "too_large"),
    (422, "the request exceeds the available context size", "too_large"),
    (400, "max_tokens: 4096 > 2048, which is the maximum allowed number of output tokens",
     "output_cap"),
    (400, "max_tokens is too large: 4096. This model supports at most 2048 completion tokens",
     "output_cap"),
    (404, "model: no such model", "unknown_model"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "message", "said"), REFUSED)
async def test_what_is_beyond_a_model_goes_up_as_one_that_is_not_there_does(
    window: Open, model: RehearsalServer, status: int, message: str, said: str
) -> None:
    kind = {404: "not_found_error", 413: "request_too_large"}.get(status, "invalid_request_error")
    model.faults.by_model[HAIKU] = Fault(status=status, kind=kind, message=message)
    w = await window()
    view = await document(w)
    assert (view.state, view.decision.answering) == ("proposed", "sonnet")
    (switch,) = view.switches
    assert (switch.old, switch.new, switch.cause) == ("haiku", "sonnet", said)
    assert await attempts(w, view.task_id) == [(HAIKU, "released"), (SONNET, "settled")]
    pinned = await document(w, tier="haiku")
    assert pinned.state == "failed", "a chosen tier is never swapped"


async def test_the_same_tier_elsewhere_comes_before_another_tier(
    window: Open, model: RehearsalServer
) -> None:
    elsewhere = f'[[tiers.elsewhere]]\nmodel = "{OPUS}"\n'
    tiers = f'[[tiers]]\nname = "haiku"\nmodel = "{HAIKU}"\nmax_tokens = 2048\n{elsewhere}'
    tiers += f'[[tiers]]\nname = "sonnet"\nmodel = "{SONNET}"\n'
    model.faults.by_model[HAIKU] = OVERLOADED
    w = await window(tiers)
    view = await document(w)
    assert view.decision.answering == "haiku"
    assert view.decision.cause == "routed", "the tier is the one that was routed to"
    assert any(OPUS in words(reason) for reason in view.decision.reasons)
    assert [m for m, _ in await attempts(w, view.task_id)] == [HAIKU, HAIKU, OPUS]


async def test_a_pin_fails_hard_and_is_never_swapped(window: Open, model: RehearsalServer) -> None:
    model.faults.default = OVERLOADED
    w = await window()
    view = await document(w, tier="haiku")
    assert view.state == "failed"
    assert view.error is not None
    assert view.error[0] == "ModelError"
    assert "overloaded" in view.error[1]
    assert {request["model"] for request in model.requests} == {HAIKU}
    assert w.screen.asked == []


async def test_a_breaker_opens_on_the_fifth_failure_and_the_switch_is_felt_at_once(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.by_model[HAIKU] = OVERLOADED
    w = await window()
    while len([r for r in model.requests if r["model"] == HAIKU]) < FAILURES:
        await document(w)
    asked = len(model.requests)
    view = await document(w)
    assert {r["model"] for r in model.requests[asked:]} == {SONNET}
    assert view.decision.cause == "failover"
    paid = amount(view.cost)
    assert headline(view) == f"Haiku → Sonnet, Haiku is overloaded · {paid}"
    assert (view.switches[0].old, view.switches[0].cause) == ("haiku", "overloaded")
    pinned = await document(w, tier="haiku")
    assert pinned.state == "failed", "an explicit choice is asked itself"


async def test_a_long_wait_is_shown_with_the_time_and_ways_out(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.by_model[OPUS] = Fault(status=429, kind="rate_limit_error", retry_after="120")
    w = await window('[floors.actions]\ndocument = "opus"\n')
    w.screen.answer = lambda question, options: next(o for o in options if o.startswith("Use"))
    view = await document(w)
    ((question, options),) = w.screen.asked
    assert "2 min" in question
    assert options == ("Wait 2 min", "Use Sonnet", "Cancel")
    assert view.decision.answering == "sonnet"
    assert any("you said yes" in words(reason) for reason in view.decision.reasons)
    w.screen.answer = lambda question, options: "Cancel"
    assert (await document(w)).state == "failed"


async def test_a_stand_in_dearer_than_may_be_spent_unasked_is_asked_about(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.by_model[HAIKU] = OVERLOADED
    w = await window("ask_above_usd = 0.001\n")
    view = await document(w)
    assert view.state == "failed", "nobody said yes"
    assert {request["model"] for request in model.requests} == {HAIKU}
    w.app.world.breakers.by_place.clear()
    w.screen.answer = lambda question, options: next(o for o in options if "Sonnet (about" in o)
    view = await document(w)
    assert (view.state, view.decision.answering) == ("proposed", "sonnet")
    assert w.screen.asked[-1][1][1].startswith("Use Sonnet (about ")


async def test_a_client_that_cannot_be_asked_gets_the_time_in_the_error(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.by_model[OPUS] = Fault(status=429, kind="rate_limit_error", retry_after="120")
    w = await window('[floors.actions]\ndocument = "opus"\n')
    view = await document(w)
    assert view.state == "failed"
    assert view.error is not None
    assert "asks to wait 2 min" in view.error[1]
    assert "another tier" in view.error[1]
    assert [state for _, state in await attempts(w, view.task_id)] == ["released"]


async def test_a_wait_the_operator_chose_is_kept_and_does_not_use_up_the_task(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.queue.append(Fault(status=429, kind="rate_limit_error", retry_after="9"))
    floors = '[floors.actions]\ndocument = "opus"\n'
    w = await window(f"{floors}[timeouts]\nattempt = 5\ntask = 8\n")
    w.screen.answer = lambda question, options: "Wait 9 s"
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(min(seconds, 0.01))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tierwise.tasks.calling.failover.asyncio.sleep", sleep)
        view = await document(w)
    assert view.state == "proposed"
    assert 9 in slept
    assert any("waiting for Opus until" in (v.progress or "") for v in w.screen.views)


async def test_a_model_slower_than_its_own_past_is_left_for_another(
    window: Open, model: RehearsalServer
) -> None:
    w = await window("[timeouts]\nslow_at_least = 0.3\n")
    for _ in range(30):
        w.app.world.journal.took(HAIKU, w.app.world.latency.took(HAIKU, 40))
    model.faults.by_model[HAIKU] = Fault(pings=40, delay=0.1)
    view = await document(w)
    assert view.state == "proposed"
    assert view.switches[0].cause == "slow"
    assert [m for m, _ in await attempts(w, view.task_id)] == [HAIKU, SONNET]
    await w.app.world.journal.flush()
    await w.close()
    again = await window()
    assert again.app.world.latency.usual(HAIKU) is not None, "a restart knows what was learned"


async def test_a_stand_in_that_does_not_fit_the_budget_is_not_asked(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.by_model[HAIKU] = OVERLOADED
    w = await window("[budget]\nday_usd = 0.003\n")
    view = await document(w)
    assert view.state == "failed"
    assert view.error is not None
    assert "does not fit the budget" in view.error[1]
    assert {request["model"] for request in model.requests} == {HAIKU}


async def test_an_answer_that_was_cut_off_counts_as_an_attempt(
    window: Open, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text="word " * 50, stop_reason="max_tokens")
    w = await window()
    view = await document(w)
    assert len(await attempts(w, view.task_id)) <= 3
