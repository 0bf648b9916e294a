"""Shadow answers: off unless wanted, paid for, checked, and compared with what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.support.window import CODE, Window, lines
from tests.unit.tasks.conftest import Open

from tierwise.core.outcome import Outcome
from tierwise.core.views import FileChange, TaskView
from tierwise.learning.shadow import ShadowSums, shadow_sums
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import decisions, schema
from tierwise.tasks.api import ApplyReply, TaskParams
from tierwise.tasks.calling import shadow

ON = 'shadow = "first_week"\n'
KEPT = "```python\ndef add_numbers(a, b):\n    return sum((a, b))\n```"
SET_OTHERWISE = "```python\ndef add_numbers(a, b,):\n\n    return sum( (a, b) );\n```"
OTHER = "```python\ndef add_numbers(a, b):\n    return b + a\n```"
BROKEN = "```python\ndef add_numbers(a, b:\n    return b +\n```"


def applies(w: Window) -> None:
    """Let the editor make the edits that it is sent."""

    async def apply(changes: Sequence[FileChange], label: str) -> ApplyReply:
        for change in changes:
            text = w.papers.texts[change.uri]
            starts = [0]
            for line in text.splitlines(keepends=True):
                starts.append(starts[-1] + len(line))
            for edit in sorted(change.edits, key=lambda e: e.range.start.line, reverse=True):
                first = starts[edit.range.start.line] + edit.range.start.character
                last = starts[edit.range.end.line] + edit.range.end.character
                text = text[:first] + edit.new_text + text[last:]
            w.papers.texts[change.uri] = text
            w.papers.versions[change.uri] += 1
        return ApplyReply(True)

    w.screen.apply = apply  # type: ignore[method-assign]


async def proposed(w: Window, model: RehearsalServer, *answers: Fault, tier: str | None = "sonnet",
                   code: str = CODE) -> TaskView:  # fmt: skip
    """A proposal, with the answers the model gives in turn."""
    model.faults.queue.extend(answers)
    uri = w.papers.put("sample.py", code)
    asked = TaskParams("edit", uri, lines(0, 2), "use the sum function", tier=tier)
    started = await w.app.start_task(asked)
    view = await w.ended(started.task_id)
    assert view.state == "proposed", view.error
    return view


async def came_out(w: Window, task_id: str) -> list[tuple[str, str]]:
    """The tier and the word of each comparison, once one is there."""

    async def found() -> list[tuple[str, str]]:
        await w.app.world.journal.flush()
        told = await w.app.world.window.ledger.read(lambda conn: decisions.task(conn, task_id))
        assert told is not None
        return [(tier, value) for kind, _, tier, value in told.outcomes if kind == "shadow"]

    await w.reached(lambda: not w.app.shadows._jobs)
    return await found()


async def sums(w: Window) -> ShadowSums:
    await w.app.world.journal.flush()
    return shadow_sums(
        await w.app.world.window.ledger.read(lambda conn: decisions.with_outcome(conn, "shadow"))
    )


async def paid(w: Window) -> dict[str, int]:
    """What was booked, by action."""
    table = schema.reservations
    rows = await w.app.world.window.ledger.read(
        lambda conn: conn.execute(sa.select(table.c.action, table.c.cost)).all()
    )
    return {row.action: row.cost for row in rows}


@pytest.mark.parametrize(
    ("answer", "word", "same"),
    [(KEPT, "same", 1), (SET_OTHERWISE, "same", 1), (OTHER, "other", 0), (BROKEN, "failed", 0)],
    ids=["the same", "set otherwise", "other", "broken"],
)
async def test_the_cheapest_answer_is_compared_with_what_was_kept(
    window: Open, model: RehearsalServer, answer: str, word: str, same: int
) -> None:
    w = await window(ON)
    applies(w)
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=answer))
    await w.reached(lambda: not w.app.shadows._jobs)
    first, beside = model.requests
    assert (first["model"], beside["model"]) == ("claude-sonnet-5-5", "claude-haiku-5-5")
    assert first["messages"] == beside["messages"], "the same context under the same rules"
    assert view.edit_id is not None
    assert (await w.app.apply(view.edit_id)).applied
    assert await came_out(w, view.task_id) == [("haiku", word)]
    booked = await paid(w)
    assert booked.keys() == {"edit", "shadow"}
    assert w.app.tasks[view.task_id].cost == sum(booked.values()), "it is in the task's sum"
    assert [record["tier"] for record in w.app.sent(view.task_id)] == ["sonnet", "haiku"]
    found = await sums(w)
    assert (found.tier, found.tasks, found.same) == ("haiku", 1, same)
    assert found.less == (booked["edit"] - booked["shadow"] if same else 0)
    assert found.spent == booked["shadow"]


async def test_an_apply_before_the_answer_is_there_waits_for_it(
    window: Open, model: RehearsalServer
) -> None:
    w = await window(ON)
    applies(w)
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT, first_delay=0.3))
    assert view.edit_id is not None
    assert (await w.app.apply(view.edit_id)).applied
    assert await came_out(w, view.task_id) == [("haiku", "same")]


async def test_what_was_taken_of_an_edit_is_what_was_kept(
    window: Open, model: RehearsalServer
) -> None:
    code = "a = 1\nb = 2\n" + "\n\n\n\n\n\n" + "c = 3\nd = 4\n"
    both = code.replace("a = 1", "a = 10").replace("d = 4", "d = 40")
    one = code.replace("a = 1", "a = 10")
    w = await window(ON)
    applies(w)
    model.faults.queue.extend(
        [Fault(text=f"```python\n{both}```"), Fault(text=f"```python\n{one}```")]
    )
    uri = w.papers.put("sample.py", code)
    started = await w.app.start_task(
        TaskParams("edit", uri, lines(0, 10), "make the numbers ten times larger", tier="opus")
    )
    view = await w.ended(started.task_id)
    assert view.edit_id is not None
    hunks = [hunk.id for hunk in w.app.edit(view.edit_id).hunks]
    assert len(hunks) == 2
    await w.app.apply(view.edit_id, hunks[:1])
    assert await came_out(w, view.task_id) == [], "the rest is not decided yet"
    await w.app.discard(view.edit_id, hunks[1:])
    assert await came_out(w, view.task_id) == [("haiku", "same")]


async def test_a_server_that_is_gone_loses_no_comparison(
    window: Open, model: RehearsalServer, tmp_path: Path
) -> None:
    w = await window(ON)
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT))
    await w.reached(lambda: not w.app.shadows._jobs)
    text = w.papers.texts
    await w.close()
    again = await window(ON)
    again.papers.texts.update(text)
    again.papers.versions.update(dict.fromkeys(text, 1))
    applies(again)
    if view.task_id not in again.app.tasks:
        pytest.fail("the proposal was not taken over")
    before = len(model.requests)
    assert view.edit_id is not None
    assert (await again.app.apply(view.edit_id)).applied
    assert await came_out(again, view.task_id) == [("haiku", "same")]
    assert len(model.requests) == before, "nobody is asked again"


@pytest.mark.parametrize(
    ("config", "tier"),
    [
        ("", "sonnet"),
        (ON, "haiku"),
        ('shadow = "uncertain"\n', "sonnet"),
        (ON + "[budget]\nday_usd = 0.02\nsoft_at = 0.0\n", "sonnet"),
    ],
    ids=["off", "the cheapest answered", "sure that it would not do", "near a cap"],
)
async def test_nobody_is_asked(
    window: Open, model: RehearsalServer, config: str, tier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "UNSURE", 1.01)
    w = await window(config)
    await w.app.world.budget_watch.refresh()
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT), tier=tier)
    assert not w.app.shadows._jobs
    assert all(call["model"] != "claude-haiku-5-5" for call in model.requests) or tier == "haiku"
    assert len(model.requests) <= 1
    assert view.state == "proposed"


async def test_uncertain_asks_where_the_cheapest_might_have_done(
    window: Open, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "UNSURE", 0.0)
    w = await window('shadow = "uncertain"\n')
    await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT))
    await w.reached(lambda: not w.app.shadows._jobs)
    assert [call["model"] for call in model.requests] == ["claude-sonnet-5-5", "claude-haiku-5-5"]


async def test_rehearsal_asks_nobody(window: Open) -> None:
    w = await window(ON + "rehearsal = true\n")
    await w.reached(lambda: w.app.upkeep.rehearsal.server is not None)
    uri = w.papers.put("sample.py")
    started = await w.app.start_task(TaskParams("document", uri, lines(0, 2), tier="opus"))
    assert (await w.ended(started.task_id)).state == "proposed"
    assert not w.app.shadows._jobs
    assert len(w.app.sent(started.task_id)) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault(status=529, kind="overloaded_error"), Fault(after=3, how="drop"), Fault(status=401)],
    ids=["overloaded", "dropped", "no key"],
)
async def test_an_answer_that_does_not_come_disturbs_nothing(
    window: Open, model: RehearsalServer, fault: Fault
) -> None:
    w = await window(ON)
    applies(w)
    view = await proposed(w, model, Fault(text=KEPT), fault)
    await w.reached(lambda: not w.app.shadows._jobs)
    assert view.edit_id is not None
    assert (await w.app.apply(view.edit_id)).applied
    assert await came_out(w, view.task_id) == []
    assert w.app.tasks[view.task_id].state == "applied"
    assert w.screen.notices == []


async def test_a_cap_that_is_reached_meanwhile_keeps_the_call_from_being_made(
    window: Open, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = await window(ON)

    async def capped(self: shadow.ShadowAnswers) -> bool:
        await w.app.world.purse.set_cap(1, "none", "day")
        return True

    monkeypatch.setattr(shadow.ShadowAnswers, "_in_first_week", capped)
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT))
    await w.reached(lambda: not w.app.shadows._jobs)
    assert len(model.requests) == 1
    assert (await paid(w)).keys() == {"edit"}
    assert w.app.tasks[view.task_id].state == "proposed"


async def test_the_week_ends_by_itself_and_says_so_once(
    window: Open, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = await window(ON)
    applies(w)
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT))
    assert view.edit_id is not None
    await w.app.apply(view.edit_id)
    await came_out(w, view.task_id)
    monkeypatch.setattr(shadow, "WEEK_MS", 0)
    for _ in range(2):
        await proposed(w, model, Fault(text=KEPT))
        await w.reached(lambda: not w.app.shadows._jobs)
    assert len(model.requests) == 4, "two more answers and none beside them"
    (notice,) = w.screen.notices
    assert notice.startswith("Haiku would have written the same edit for 1 of 1 task: ")
    assert "The week is over" in notice


async def test_it_is_offered_once_and_a_yes_is_written_down(
    window: Open, model: RehearsalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "OFFER_AFTER", 2)
    w = await window("# mine\n[budget]\nday_usd = 5.0\n")
    applies(w)
    w.screen.answer = lambda question, options: options[0]
    for _ in range(4):
        view = await proposed(w, model, Fault(text=KEPT))
        assert view.edit_id is not None
        await w.app.apply(view.edit_id)
        await w.app.world.journal.flush()
        await w.reached(lambda: not w.app.shadows._jobs)
    (asked,) = w.screen.asked
    assert "Would Haiku have done?" in asked[0]
    assert (tmp_path / "config.toml").read_text().endswith("# mine\n[budget]\nday_usd = 5.0\n")
    await w.app.upkeep.fresh()
    assert w.app.world.window.config.shadow == "first_week"


async def test_a_no_leaves_everything_as_it_is(
    window: Open, model: RehearsalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "OFFER_AFTER", 0)
    w = await window("")
    applies(w)
    for _ in range(2):
        view = await proposed(w, model, Fault(text=KEPT))
        assert view.edit_id is not None
        await w.app.apply(view.edit_id)
        await w.reached(lambda: not w.app.shadows._jobs)
    assert len(w.screen.asked) == 1
    assert (tmp_path / "config.toml").read_text() == ""


async def test_an_edit_that_was_taken_back_proves_nothing(
    window: Open, model: RehearsalServer
) -> None:
    w = await window(ON)
    applies(w)
    view = await proposed(w, model, Fault(text=KEPT), Fault(text=KEPT))
    assert view.edit_id is not None
    await w.app.apply(view.edit_id)
    await came_out(w, view.task_id)
    at = w.app.world.window.now_ms()
    w.app.world.journal.outcome(Outcome(view.task_id, "undone", at, "sonnet"))
    found = await sums(w)
    assert (found.tasks, found.same, found.less) == (0, 0, 0)
    assert found.spent > 0
