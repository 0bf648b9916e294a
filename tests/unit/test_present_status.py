"""The status item and its tooltip: what they say of a task, of money and of the index."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_present import HAIKU, UNSURE, YOU

from tierwise.core.decision import Decision, Reason
from tierwise.core.views import TaskView
from tierwise.present.index import progress
from tierwise.present.money import percent
from tierwise.present.status import StatusFacts, status


def test_the_tooltip_says_of_which_time_the_money_of_a_project_is() -> None:
    facts = StatusFacts(spent_project=500_000, project="web")
    assert "Project “web”, this month: 0.05¢ (no cap)" in status(facts).tooltip
    whole = replace(facts, project_period="total", project="")
    assert "This project, since it began: 0.05¢ (no cap)" in status(whole).tooltip


def test_an_index_that_is_not_whole_says_what_that_means() -> None:
    assert progress("ready", 12, 12) == "12 files read"
    assert progress("cold", 3, 12) == (
        "3 of 12 files read, more to come; until then answers may miss files that are not open"
    )
    assert progress("catching up", 11, 12).endswith("some changed and are read again")


def test_the_tooltip_says_what_is_done_what_it_cost_and_how_to_change_it() -> None:
    pinned = replace(YOU, reasons=(Reason.of("choice", "chosen", scope="file", tier="opus"),))
    view = TaskView("t1", "document", "proposed", pinned, edit_id="e1", cost=500_000)
    tip = status(StatusFacts(current=view)).tooltip
    assert "Add docs · cost 0.05¢ · the edit waits: apply or discard it where it is shown" in tip
    assert "The pin holds until you take it off with Unpin." in tip
    assert (
        "cost 0¢, with a key 0.05¢"
        in status(StatusFacts(current=replace(view, rehearsal=True), rehearsal=True)).tooltip
    )


@pytest.mark.parametrize(
    ("decision", "level", "text"),
    [
        (HAIKU, "ok", "Haiku"),
        (UNSURE, "ok", "Opus"),
        (YOU, "ok", "Haiku → Opus, by you"),
        (YOU, "soft", "Haiku → Opus · 80 %"),
    ],
)
def test_the_status_of_a_running_task_says_what_moved_its_tier(
    decision: Decision, level: Literal["ok", "soft"], text: str
) -> None:
    view = TaskView("t1", "edit", "running", decision)
    facts = StatusFacts(
        current=view, running=1, level=level, day_limit=5 * 10**9, spent_today=4 * 10**9
    )
    assert status(facts).text == text


@pytest.mark.parametrize(
    ("reached", "text"),
    [("day", "Paused · 20 %"), ("project", "Paused · 99 %"), (None, "Paused")],
)
def test_a_pause_says_the_share_of_the_cap_that_was_reached(
    reached: Literal["day", "project"] | None, text: str
) -> None:
    usd = 10**9
    facts = StatusFacts(
        level="paused", reached=reached, day_limit=5 * usd, spent_today=usd,
        project_limit=1000 * usd, spent_project=999 * usd, hour_limit=usd, spent_hour=usd,
    )  # fmt: skip
    assert status(facts).text == text


@given(st.integers(0, 10**11), st.integers(0, 10**11), st.booleans(), st.booleans())
def test_near_a_cap_the_largest_share_is_said(
    today: int, project: int, capped: bool, also: bool
) -> None:
    facts = StatusFacts(
        current=TaskView("t1", "edit", "running", HAIKU), running=1, level="soft",
        day_limit=10**11 if capped else None, spent_today=today,
        project_limit=10**11 if also else None, spent_project=project,
    )  # fmt: skip
    shares = [spent / 10**11 for spent, cap in ((today, capped), (project, also)) if cap]
    wanted = f"Haiku · {percent(max(shares))}" if shares else "Haiku"
    assert status(facts).text == wanted


def test_what_was_not_sent_stands_in_the_tooltip_and_loads_nothing() -> None:
    view = TaskView(
        "t1", "edit", "running", HAIKU, notices=("Not sent: ![](http://x.invalid/y).py",)
    )
    tip = status(StatusFacts(current=view, running=1)).tooltip
    assert "Not sent: " in tip
    assert "Another tier: begin the instruction with @sonnet or @opus. Redo with… " in tip
    assert "![" not in tip


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (StatusFacts(problem="No key.", level="paused", rehearsal=True, running=1), "error"),
        (StatusFacts(level="paused", rehearsal=True, running=1), "paused"),
        (StatusFacts(level="soft", rehearsal=True, running=1), "rehearsal"),
        (StatusFacts(level="soft", running=1), "busy"),
        (StatusFacts(level="soft"), "soft"),
        (StatusFacts(), "ready"),
    ],
)
def test_status_kinds_have_a_precedence(facts: StatusFacts, kind: str) -> None:
    assert status(facts).kind == kind
