"""Wording is a contract: the same words in every client."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.actions import KINDS
from tierwise.core.amounts import needs_and_left
from tierwise.core.decision import Cause, Decision, Estimate, Reason
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.core.views import TaskState, TaskView
from tierwise.present.chances import chance
from tierwise.present.decision import to_wire
from tierwise.present.lens import headline, offers
from tierwise.present.money import amount, amounts, percent, spent_of
from tierwise.present.reasons import switched
from tierwise.present.shown import BADGE, PREFIX, SENTENCE, TITLE, arrow, badge, shown
from tierwise.present.status import StatusFacts, status
from tierwise.present.titles import action_title, comment_title, problem_title

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
    assert action_title("document", HAIKU) == "Tierwise: Add docs · Haiku · 0.04¢"
    assert action_title("edit", YOU) == "Tierwise: Edit · Haiku → Opus · 1.6¢"
    assert action_title("edit", HAIKU, rehearsal=True) == "Tierwise: Edit · Haiku · 0¢"


def test_a_problem_is_named_as_well_as_there_is_room() -> None:
    short = problem_title(HAIKU, "x is unused", "F841")
    assert short == "Tierwise: Fix “x is unused” · Haiku · 0.04¢"
    long = "undefined name 'everything'"
    assert problem_title(HAIKU, long, "F821") == "Tierwise: Fix F821 · Haiku · 0.04¢"
    assert problem_title(HAIKU, long, None) == "Tierwise: Fix this problem · Haiku · 0.04¢"


def test_the_arrow_reads_from_routed_to_answering() -> None:
    assert arrow(HAIKU) == "Haiku"
    assert arrow(YOU) == "Haiku → Opus"
    assert badge(YOU) == "Haiku → Opus, you"
    assert badge(replace(HAIKU, cause="pin", explicit=True)) == "Haiku, pinned"
    busy = replace(HAIKU, answering="sonnet", cause="failover")
    assert badge(busy, "overloaded") == "Haiku → Sonnet"


FLAT = replace(HAIKU, estimate=replace(ESTIMATE, need={"haiku": 0.3, "sonnet": 0.76, "opus": 1.0}))


@pytest.mark.parametrize(
    ("decision", "said", "sentence"),
    [
        (
            HAIKU,
            "",
            "Haiku: enough for about 19 in 20 tasks like this (not yet checked on your work)",
        ),
        (
            replace(HAIKU, reasons=(Reason.of("route", "learned", outcomes=48),)),
            "",
            "Haiku: enough for about 19 in 20 like this, by 48 of yours",
        ),
        (FLAT, "", "Haiku: worth a try, about 2 in 3 will need Sonnet"),
        (
            replace(FLAT, first="sonnet", routed="sonnet", answering="sonnet"),
            "",
            "Sonnet: 0.76¢ more; Haiku would fall short in about 2 of 3",
        ),
        (
            replace(FLAT, first="opus", routed="opus", answering="opus"),
            "",
            "Opus: 0.8¢ more; Sonnet would fall short in about 1 of 4",
        ),
        (UNSURE, "", "Opus: 0.8¢ more; Sonnet would fall short in up to 1 of 20"),
        (YOU, "", "Opus, not Haiku: you"),
        (
            replace(YOU, reasons=(Reason.of("choice", "chosen", scope="task", tier="opus"),)),
            "",
            "Opus, not Haiku: you chose it for this task",
        ),
        (
            replace(HAIKU, cause="pin", explicit=True,
                    reasons=(Reason.of("choice", "chosen", scope="file", tier="haiku"),)),
            "",
            "Haiku: you pinned it for this file",
        ),
        (
            replace(HAIKU, routed="opus", answering="opus", cause="floor", reasons=(
                Reason.of("floor", "floor", rule="path", subject="**/migrations/**", tier="opus"),
            )),
            "",
            "Opus: your rule for **/migrations/**",
        ),
        (
            replace(HAIKU, routed="opus", answering="sonnet", cause="failover"),
            "overloaded",
            "Sonnet, not Opus: Opus is overloaded",
        ),
        (
            replace(HAIKU, answering="sonnet", cause="escalated", reasons=(
                Reason.of("note", "escalated", tier="haiku", why="unparsed", about="", to="sonnet"),
            )),
            "the edit did not parse",
            "Sonnet, not Haiku: Haiku's edit did not parse",
        ),
        (
            replace(HAIKU, routed="sonnet", cause="budget", reasons=(
                Reason.of("budget", "no_room", tier="sonnet", needs=450_000_000, left=400_000_000,
                          to="haiku"),
            )),
            "",
            "Haiku, not Sonnet: Sonnet may need 45¢, 40¢ is left",
        ),
    ],
)  # fmt: skip
def test_a_decision_in_a_sentence(decision: Decision, said: str, sentence: str) -> None:
    found = shown(decision, said)
    assert found.sentence == sentence
    assert found.sentence.endswith(found.clause)


def test_a_rehearsal_costs_nothing_and_says_what_it_would_cost() -> None:
    decision = replace(FLAT, first="sonnet", routed="sonnet", answering="sonnet")
    found = shown(decision, action="fix", rehearsal=True)
    assert found.title == "Tierwise: Fix · Sonnet · 0¢"
    assert found.sentence.startswith("Sonnet: would cost 0.76¢ more; ")


NAMES = st.sampled_from(["haiku", "sonnet", "opus", "local-llama-70b-instruct-q4"])
CAUSES = st.sampled_from(get_args(Cause))
CODES = st.sampled_from([
    Reason.of("choice", "chosen", scope="conversation", tier="opus"),
    Reason.of("choice", "remapped", tier="local-llama-70b-instruct-q4", to="opus"),
    Reason.of("floor", "floor", rule="path", subject="a/very/long/way/" * 9 + "**", tier="opus"),
    Reason.of("thread", "cache_keeps", tier="opus", tokens=1_200_000, turns=3),
    Reason.of("budget", "budget", tier="haiku", estimate=0.6, instead_of="opus"),
    Reason.of("availability", "unavailable", tier="opus", why="rate_limited", to="haiku"),
    Reason.of("note", "escalated", tier="haiku", why="name_used_elsewhere", about="", to="opus"),
])  # fmt: skip


@given(NAMES, NAMES, CAUSES, st.lists(CODES, max_size=3), st.floats(0, 1), st.integers(0, 10**12),
       st.sampled_from(["", "overloaded", "the edit did not parse"]), st.booleans())  # fmt: skip
def test_no_length_is_ever_longer_than_promised(
    routed: str, answering: str, cause: Cause, reasons: list[Reason], share: float, cost: int,
    said: str, rehearsal: bool,
) -> None:  # fmt: skip
    names = ("haiku", "sonnet", "opus", "local-llama-70b-instruct-q4")
    need = {name: share ** (1 / (at + 1)) for at, name in enumerate(names)}
    prices = {name: cost * (at + 1) for at, name in enumerate(names)}
    decision = Decision(routed, routed, answering, share, cause, Estimate(need, need, need), prices,
                        tuple(reasons), explicit=cause in ("override", "pin"))  # fmt: skip
    for action in KINDS:
        found = shown(decision, said, action=action, rehearsal=rehearsal)
        assert 0 < len(found.badge) <= BADGE
        assert 0 < len(found.title) <= TITLE
        assert 0 < len(found.sentence) <= SENTENCE
        assert found.title.startswith(PREFIX)
    assert len(problem_title(decision, "message " * 9, "code" * 9)) <= TITLE
    assert len(comment_title(decision)) <= TITLE


@given(st.floats(0, 1))
def test_a_chance_is_near_the_share_and_never_certain(share: float) -> None:
    part, _, whole = chance(share).split()
    assert 0 < int(part) / int(whole) < 1
    assert abs(int(part) / int(whole) - share) <= 0.1


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("decision", [HAIKU, UNSURE, YOU], ids=["routed", "unsure", "override"])
@pytest.mark.parametrize("rehearsal", [False, True])
def test_every_state_fits_lens_and_status(
    state: TaskState, decision: Decision, rehearsal: bool
) -> None:
    view = TaskView("t1", "edit", state, decision, edit_id="e1", rehearsal=rehearsal)
    assert 0 < len(headline(view)) <= TITLE
    facts = StatusFacts(current=view, running=1, rehearsal=rehearsal, day_limit=5 * 10**9)
    assert 0 < len(status(facts).text) <= BADGE
    for offer in offers(view, DEFAULT_LADDER):
        assert len(offer.title) <= TITLE
        assert offer.command.startswith("tierwise.")


def test_a_proposal_says_when_its_file_changed_and_how_much_apply_applies() -> None:
    view = TaskView("t1", "edit", "proposed", HAIKU, edit_id="e1")
    assert headline(view, stale=True) == "File changed"
    stale = [offer.title for offer in offers(view, DEFAULT_LADDER, stale=True)]
    assert stale == ["Redo", "Discard"]
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
        (UNSURE, "ok", "Opus"),
        (YOU, "ok", "Haiku → Opus, you"),
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


def test_what_was_not_sent_stands_in_the_tooltip_and_loads_nothing() -> None:
    view = TaskView(
        "t1", "edit", "running", HAIKU, notices=("Not sent: ![](http://x.invalid/y).py",)
    )
    tip = status(StatusFacts(current=view, running=1)).tooltip
    assert "Not sent: " in tip
    assert "![" not in tip


def test_a_switch_names_tiers_or_the_places_of_one_tier() -> None:
    assert switched("haiku", "sonnet", "slow", "a", "b") == "Haiku is slow; Sonnet answers"
    assert switched("haiku", "haiku", "slow", "a", "b") == "a is slow; b answers"
    assert switched("haiku", "sonnet", "", "", "") == "Haiku cannot answer; Sonnet answers"


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
