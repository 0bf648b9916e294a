"""Wording is a contract: the same words in every client."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.amounts import needs_and_left
from tierwise.core.decision import Decision, Estimate
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.core.views import TaskState, TaskView
from tierwise.present.decision import to_wire
from tierwise.present.lens import MAX_TITLE, headline, offers
from tierwise.present.money import amount, amounts, percent, spent_of
from tierwise.present.reasons import switched
from tierwise.present.status import MAX_TEXT, StatusFacts, status
from tierwise.present.tiers import arrow, confident
from tierwise.present.titles import action_title

ESTIMATE = Estimate(
    {"haiku": 0.93, "sonnet": 0.99, "opus": 1.0},
    {"haiku": 0.88, "sonnet": 0.97, "opus": 1.0},
    {"haiku": 0.9, "sonnet": 0.95, "opus": 0.96},
)
HAIKU = Decision(
    "haiku", "haiku", "haiku", 0.93, "routed", ESTIMATE,
    {"haiku": 400_000, "sonnet": 8_000_000, "opus": 16_000_000},
)  # fmt: skip
UNSURE = replace(HAIKU, routed="opus", answering="opus", confidence=0.54, cause="uncertain")
YOU = replace(HAIKU, answering="opus", cause="override", explicit=True)
STATES: list[TaskState] = [
    "routing", "paused", "running", "proposed", "answered",
    "applied", "partlyApplied", "discarded", "cancelled", "failed", "expired",
]  # fmt: skip


AMOUNTS = json.loads(
    (Path(__file__).parents[1] / "support" / "amounts.json").read_text(encoding="utf-8")
)
"""What every client writes for an amount in dollars; their own tests read the same file."""


@pytest.mark.parametrize(("usd", "shown"), AMOUNTS["one"])
def test_an_amount_has_two_figures_in_cents_and_two_decimals_in_amount(
    usd: float, shown: str
) -> None:
    assert amount(round(usd * 1e9)) == shown


@pytest.mark.parametrize(("usd", "shown"), AMOUNTS["several"])
def test_the_amounts_of_a_sentence_are_written_like_the_largest(
    usd: list[float], shown: list[str]
) -> None:
    assert list(amounts(*(round(each * 1e9) for each in usd))) == shown


@given(st.integers(1, 10**13), st.integers(0, 10**13))
def test_what_is_needed_is_rounded_up_and_what_is_left_down(needs: int, left: int) -> None:
    shown = [float(text.strip("$¢<").replace(",", "")) for text in needs_and_left(needs, left)]
    cents = [100 if "$" in text else 1 for text in needs_and_left(needs, left)]
    assert shown[0] * cents[0] * 1e7 >= needs * 0.999999
    assert shown[1] * cents[1] * 1e7 <= max(left * 1.000001, 1_000)


@given(st.integers(0, 10**15))
def test_an_amount_is_within_a_twentieth_of_what_it_is(nanos: int) -> None:
    text = amount(nanos)
    if text.startswith("<"):
        assert nanos < 1_000
    else:
        unit = 1e9 if "$" in text else 1e7
        assert float(text.strip("$¢").replace(",", "")) * unit == pytest.approx(nanos, rel=0.05)


def test_spend_reads_against_its_cap() -> None:
    assert spent_of(1_200_000_000, 5_000_000_000) == "$1.20 of $5.00"
    assert spent_of(120_000_000, 500_000_000) == "12¢ of 50¢"
    assert spent_of(1_200_000_000, None) == "$1.20 (no cap)"
    assert spent_of(0, 0) == "0¢ of 0¢"


@pytest.mark.parametrize(("share", "shown"), [(0.93, "93 %"), (0.999, "99 %"), (1.0, "100 %")])
def test_certainty_is_kept_for_certainty(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_the_forecast_stands_in_the_title() -> None:
    assert action_title("document", HAIKU) == "Tierwise: Add docs · Haiku 93 % · 0.04¢"
    assert action_title("edit", UNSURE) == "Tierwise: Edit · Opus · unsure (Haiku 54 %) · 1.6¢"


def test_the_arrow_reads_answering_from_routed() -> None:
    assert arrow(HAIKU) == "Haiku"
    assert arrow(YOU) == "Opus ← Haiku"
    assert confident(YOU) == "Opus (you; routed Haiku)"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("decision", [HAIKU, UNSURE, YOU], ids=["routed", "unsure", "override"])
@pytest.mark.parametrize("rehearsal", [False, True])
def test_every_state_fits_lens_and_status(
    state: TaskState, decision: Decision, rehearsal: bool
) -> None:
    view = TaskView("t1", "edit", state, decision, edit_id="e1", rehearsal=rehearsal)
    assert 0 < len(headline(view)) <= MAX_TITLE
    facts = StatusFacts(current=view, running=1, rehearsal=rehearsal, day_limit=5 * 10**9)
    assert 0 < len(status(facts).text) <= MAX_TEXT
    for offer in offers(view, DEFAULT_LADDER):
        assert len(offer.title) <= MAX_TITLE
        assert offer.command.startswith("tierwise.")


def test_a_proposal_says_when_its_file_changed_and_how_much_apply_applies() -> None:
    view = TaskView("t1", "edit", "proposed", HAIKU, edit_id="e1")
    assert headline(view, stale=True) == "File changed"
    stale = [offer.title for offer in offers(view, DEFAULT_LADDER, stale=True)]
    assert stale == ["Re-run", "Discard"]
    assert offers(view, DEFAULT_LADDER, hunks=1)[0].title == "Apply"
    assert offers(view, DEFAULT_LADDER, hunks=2)[0].title == "Apply all"
    partly = TaskView("t1", "edit", "partlyApplied", HAIKU, edit_id="e1")
    assert [o.title for o in offers(partly, DEFAULT_LADDER)] == ["Undo"]
    left = [offer.title for offer in offers(partly, DEFAULT_LADDER, hunks=1)]
    assert left == ["Apply", "Discard", "Undo"]


@pytest.mark.parametrize(
    ("decision", "level", "text"),
    [
        (HAIKU, "ok", "Haiku"),
        (UNSURE, "ok", "Opus · unsure"),
        (YOU, "ok", "Opus ← Haiku · you"),
        (YOU, "soft", "Opus ← Haiku · 80 %"),
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


def test_what_was_not_sent_stands_in_the_tooltip_and_loads_nothing() -> None:
    view = TaskView(
        "t1", "edit", "running", HAIKU, notices=("Not sent: ![](http://x.invalid/y).py",)
    )
    tip = status(StatusFacts(current=view, running=1)).tooltip
    assert "Not sent: " in tip
    assert "![" not in tip


def test_a_switch_names_tiers_or_the_places_of_one_tier() -> None:
    assert switched("haiku", "sonnet", "slow", "a", "b") == "Haiku: slow; Sonnet answers"
    assert switched("haiku", "haiku", "slow", "a", "b") == "a: slow; b answers"
    assert switched("haiku", "sonnet", "", "", "") == "Haiku: cannot answer; Sonnet answers"


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


def test_a_decision_prints_what_the_contract_names() -> None:
    wire = to_wire(HAIKU)
    assert wire["costUsd"]["haiku"] == 0.0004
    named = (
        "id first routed answering confidence cause final estimate lower accept costUsd"
        " reasons signals propensity"
    )
    assert set(named.split()) <= set(wire)
