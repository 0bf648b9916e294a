"""The dial: what each setting would have meant, for invented tasks and for those of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.learning.test_fold import advised, row

from tierwise.config.model import Config
from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Situation
from tierwise.present import dial as words
from tierwise.routing.first import TYPICAL
from tierwise.store.decisions import TaskHistory, TaskRow
from tierwise.tasks.learning import dial
from tierwise.tasks.learning.dial import DialTask

COSTS = Config().redo_costs
NAMES = Situation().ladder.names


@st.composite
def tasks(draw: st.DrawFn) -> DialTask:
    low, mid = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    shown = dict(zip(NAMES, (low, mid, 1.0), strict=True))
    size = draw(st.floats(0.1, 20))
    cost = {n: round(c * size) for n, c in zip(NAMES, TYPICAL, strict=True)}
    chosen = draw(st.sampled_from([None, None, *NAMES]))
    return DialTask(Signals({}), Estimate(shown, shown, shown), Situation(cost=cost), size, chosen)


@settings(max_examples=60, deadline=None)
@given(st.lists(tasks(), min_size=1, max_size=12))
def test_a_dearer_redo_spends_more_and_is_wrong_less_often(week: list[DialTask]) -> None:
    made = [dial.week(week, redo) for redo in sorted(COSTS.values())]
    for cheap, dear in pairwise(made):
        assert cheap.cost <= dear.cost * (1 + 1e-9) + 1
        assert cheap.redos >= dear.redos - 1e-9
    assert all(sum(found.first.values()) == pytest.approx(len(week)) for found in made)


def test_the_invented_week_says_that_it_is() -> None:
    found = dial.view((), COSTS)
    assert found.invented
    assert (found.tasks, found.own) == (500, 0)
    assert "invented" in words.basis(found.tasks, found.own, found.invented)
    save, balanced, right = (found.weeks[name] for name in ("save", "balanced", "right"))
    assert save.cost < balanced.cost < right.cost
    assert save.redos > balanced.redos > right.redos
    assert words.week("right", 600_000_000, 9.2) == "right first time: about 60¢ a week, 9 redos"
    assert words.week("save", 600_000_000, 1.2).endswith("1 redo")


def ledger_rows(count: int, days: float, *, rehearsal: bool = False) -> Iterator[TaskHistory]:
    found = row(advised())
    for number in range(count):
        at = round(number * days * 86_400_000 / max(count - 1, 1))
        task = TaskRow(f"t{number}", at, "/p", "edit", "python", None, None, None, "s", rehearsal,
                       "applied")  # fmt: skip
        yield TaskHistory(task, (found,), (), ())


def test_twenty_own_tasks_speak_for_themselves_and_are_scaled_to_a_week() -> None:
    few, enough = list(ledger_rows(19, 7)), list(ledger_rows(20, 7))
    assert dial.view(few, COSTS).invented
    found = dial.view(enough, COSTS)
    assert (found.invented, found.tasks) == (False, 20)
    one = dial.of_ledger(enough[0])
    assert one is not None
    assert found.weeks["balanced"].cost == pytest.approx(
        20 * dial.week([one], COSTS["balanced"]).cost
    )
    slow = dial.view(list(ledger_rows(20, 14)), COSTS)
    assert slow.weeks["balanced"].cost == pytest.approx(found.weeks["balanced"].cost / 2)
    hasty = dial.view(list(ledger_rows(20, 0)), COSTS)
    assert hasty.weeks["balanced"].cost == pytest.approx(7 * found.weeks["balanced"].cost)


def test_rehearsed_tasks_do_not_count_and_only_the_last_200_do() -> None:
    assert dial.view(list(ledger_rows(60, 7, rehearsal=True)), COSTS).own == 0
    assert dial.view(list(ledger_rows(260, 7)), COSTS).tasks == 200


def test_what_the_operator_chose_no_setting_changes() -> None:
    task = next(ledger_rows(1, 1))
    chosen = replace(task.decisions[0], answering="opus", cause="pin")
    found = dial.of_ledger(replace(task, decisions=(chosen,)))
    assert found is not None
    assert all(set(dial.week([found], redo).first) == {"opus"} for redo in COSTS.values())


def test_a_row_without_a_forecast_is_passed_over(tmp_path: Path) -> None:
    task = next(ledger_rows(1, 1))
    bare = replace(task.decisions[0], detail={**task.decisions[0].detail, "situation": {
        **task.decisions[0].detail["situation"], "cost": {}}})  # fmt: skip
    assert dial.of_ledger(replace(task, decisions=(bare,))) is None
