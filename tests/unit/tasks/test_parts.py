"""Work in parts: its money is set aside once, and a pause leaves nothing of the run before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.window import Window, lines
from tests.unit.tasks.conftest import Open

from tierwise.budget.purse import Purse, RequestKeyUsed, Reservation, ReservationRequest
from tierwise.core.context import Pack
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.api import TaskParams
from tierwise.tasks.task.task_run import Run

SMALL = """\
[[tiers]]
name = "haiku"
model = "claude-haiku-5-5"
max_tokens = 600
context_tokens = 700
"""


async def renaming(window: Window) -> str:
    """The id of a task that renames a function which nine closed files use."""
    root = window.papers.root
    for number in range(9):
        text = f"from a import foo\n\n\ndef use{number}(n):\n    return foo(n) + {number}\n"
        (root / f"user{number:02}.py").write_text(text, encoding="utf-8")
    definition = "def foo(n):\n    return n + 1\n"
    (root / "a.py").write_text(definition, encoding="utf-8")
    uri = window.papers.put("a.py", definition)
    asked = TaskParams("edit", uri, lines(0, 2), "rename foo to bar everywhere in the project")
    return (await window.app.start_task(asked)).task_id


async def test_a_cap_just_above_the_sum_of_the_worst_cases_is_enough(
    window: Open, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    reserved: list[int] = []
    opened = await window(SMALL)
    purse = opened.app.world.purse
    limits, all_of, let_go = purse.limits, Purse.reserve_all, Purse.let_go

    async def capped(self: Purse, asks: Sequence[ReservationRequest]) -> Any:
        held.extend(self.worst(ask) for ask in asks)
        purse.limits = lambda: replace(limits(), day=sum(held) + 1)
        return await all_of(self, asks)

    async def watched(self: Purse, reservation: Reservation) -> None:
        state = await self.state(reservation.row.project)
        reserved.append(state.day_reserved + state.day_spent)
        await let_go(self, reservation)

    monkeypatch.setattr(Purse, "reserve_all", capped)
    monkeypatch.setattr(Purse, "let_go", watched)
    view = await opened.ended(await renaming(opened))
    assert view.state == "proposed"
    assert len(held) == len(model.requests) > 2
    assert max(reserved) <= sum(held)
    assert (await purse.state(opened.app.world.window.project)).day_reserved == 0


async def test_parts_whose_keys_were_used_before_take_new_ones(
    window: Open, model: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    opened = await window(SMALL)
    all_of = Purse.reserve_all

    async def used(self: Purse, asks: Sequence[ReservationRequest]) -> Any:
        seen.append({ask.request_id for ask in asks})
        if len(seen) == 1:
            raise RequestKeyUsed(asks[0].request_id)
        return await all_of(self, asks)

    monkeypatch.setattr(Purse, "reserve_all", used)
    view = await opened.ended(await renaming(opened))
    assert view.state == "proposed"
    assert seen[0].isdisjoint(seen[1])


def test_what_is_collected_after_a_pause_drops_the_parts_of_before(tmp_path: Path) -> None:
    run, pack = Run(), Pack(())
    run.takes_part(3, pack, 100)
    run.keeps("an answer to lines that were changed meanwhile")
    run.collected(pack, "the wish", ())
    assert (run.part, run.part_number, run.most, run.earlier) == (None, None, None, "")
