"""Wording is a contract: the same words in every client."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.actions import KINDS
from tierwise.core.decision import Cause, Decision, Estimate, Reason
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.core.views import TaskState, TaskView
from tierwise.present.decision import to_wire
from tierwise.present.gateway import status_line
from tierwise.present.lens import headline, offers
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


def test_the_forecast_stands_in_the_title() -> None:
    assert action_title("document", HAIKU) == "Tierwise: Add docs · Haiku · 0.04¢"
    assert action_title("edit", YOU) == "Tierwise: Edit · Haiku → Opus · 1.6¢"
    assert action_title("edit", HAIKU, rehearsal=True) == "Tierwise: Edit · Haiku · 0¢ rehearsal"


def test_a_problem_is_named_as_well_as_there_is_room() -> None:
    short = problem_title(HAIKU, "x is unused", "F841")
    assert short == "Tierwise: Fix “x is unused” · Haiku · 0.04¢"
    long = "undefined name 'everything'"
    assert problem_title(HAIKU, long, "F821") == "Tierwise: Fix F821 · Haiku · 0.04¢"
    assert problem_title(HAIKU, long, None) == "Tierwise: Fix this problem · Haiku · 0.04¢"


def test_the_arrow_reads_from_routed_to_answering() -> None:
    assert arrow(HAIKU) == "Haiku"
    assert arrow(YOU) == "Haiku → Opus"
    assert badge(YOU) == "Haiku → Opus, by you"
    assert badge(replace(HAIKU, cause="pin", explicit=True)) == "Haiku, pinned"
    busy = replace(HAIKU, answering="sonnet", cause="failover")
    assert badge(busy, "overloaded") == "Haiku → Sonnet, outage"


@pytest.mark.parametrize("cause", [c for c in get_args(Cause) if c not in ("routed", "uncertain")])
@pytest.mark.parametrize(("routed", "answering"), [("haiku", "sonnet"), ("opus", "sonnet")])
def test_beside_an_arrow_there_is_a_word(cause: Cause, routed: str, answering: str) -> None:
    moved = replace(HAIKU, routed=routed, answering=answering, cause=cause)
    tiers, word = badge(moved, "overloaded").split(", ")
    assert "→" in tiers
    assert word.isascii()


def own(tier: str, kept: int, judged: int) -> Reason:
    return Reason.of("note", "kept", tier=tier, kept=kept, judged=judged)


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
            "Haiku: enough for about 19 in 20 like this, as 48 tasks of yours taught",
        ),
        (
            replace(HAIKU, reasons=(own("haiku", 46, 48),)),
            "",
            "Haiku: you kept 46 of 48 like this",
        ),
        (
            replace(HAIKU, reasons=(own("haiku", 3, 12),)),
            "",
            "Haiku: you kept only 3 of 12 like this; the estimate says about 19 in 20",
        ),
        (
            replace(HAIKU, reasons=(own("opus", 46, 48),)),
            "",
            "Haiku: enough for about 19 in 20 tasks like this (not yet checked on your work)",
        ),
        (
            replace(FLAT, routed="sonnet", answering="sonnet", reasons=(own("sonnet", 46, 48),)),
            "",
            "Sonnet: Haiku would need a redo in about 2 of 3; you kept 46 of Sonnet's 48",
        ),
        (FLAT, "", "Haiku: worth a try, about 2 in 3 tasks like this will need a redo with Sonnet"),
        (
            replace(FLAT, first="sonnet", routed="sonnet", answering="sonnet"),
            "",
            "Sonnet: forecast 0.76¢ more than Haiku, "
            "which would need a redo in about 2 of 3 tasks like this",
        ),
        (
            replace(FLAT, first="opus", routed="opus", answering="opus"),
            "",
            "Opus: forecast 0.8¢ more than Sonnet, "
            "which would need a redo in about 1 of 4 tasks like this",
        ),
        (UNSURE, "", "Opus: forecast 0.8¢ more than Sonnet, "
            "which would need a redo in up to 1 of 20 tasks like this"),
        (
            replace(HAIKU, routed="sonnet", cause="budget", reasons=(
                Reason.of("budget", "budget", tier="haiku", estimate=0.9, instead_of="sonnet",
                          scope="day", spent=4_100_000_000, limit=5_000_000_000),)),
            "",
            "Haiku, not Sonnet: 82 % of today's $5.00 is spent; enough for about 9 in 10 like this",
        ),
        (YOU, "", "Opus, not Haiku: your choice"),
        (
            replace(YOU, reasons=(Reason.of("choice", "chosen", scope="task", tier="opus"),)),
            "",
            "Opus, not Haiku: you chose it, for this task alone",
        ),
        (
            replace(HAIKU, cause="pin", explicit=True,
                    reasons=(Reason.of("choice", "chosen", scope="file", tier="haiku"),)),
            "",
            "Haiku: you pinned it for this file; Unpin takes the pin off",
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
            "Sonnet, not Opus: Opus is overloaded just now; later tasks try it again",
        ),
        (
            replace(HAIKU, answering="sonnet", cause="escalated", reasons=(
                Reason.of("note", "escalated", tier="haiku", why="unparsed", about="", to="sonnet"),
            )),
            "the edit did not parse",
            "Sonnet, not Haiku: Haiku's edit did not parse, so Sonnet was asked too; both are paid",
        ),
        (
            replace(HAIKU, routed="sonnet", cause="budget", reasons=(
                Reason.of("budget", "no_room", tier="sonnet", needs=450_000_000, left=400_000_000,
                          to="haiku"),
            )),
            "",
            "Haiku, not Sonnet: Sonnet may need up to 45¢, 40¢ is left",
        ),
        (
            replace(HAIKU, routed="sonnet", cause="budget", reasons=(
                Reason.of("budget", "no_room", tier="sonnet", needs=450_000_000, left=400_000_000,
                          scope="day", to="haiku"),
            )),
            "",
            "Haiku, not Sonnet: Sonnet may need up to 45¢, 40¢ of today's budget is left",
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
    assert found.title == "Tierwise: Fix · Sonnet · 0¢ rehearsal"
    assert found.sentence == (
        "Sonnet: 0¢ in rehearsal, with a key 0.76¢ more than Haiku, "
        "which would need a redo in about 2 of 3"
    )


def test_what_a_task_cost_is_not_contradicted_by_a_forecast_beside_it() -> None:
    dearer = replace(FLAT, first="sonnet", routed="sonnet", answering="sonnet")
    for rehearsal in (False, True):
        said = shown(dearer, rehearsal=rehearsal, priced=True).sentence
        assert said == (
            "Sonnet: Haiku costs less, but would need a redo in about 2 of 3 tasks like this"
        )
    assert "costs less" not in shown(replace(dearer, cost={}), priced=True).sentence


@pytest.mark.parametrize(
    ("scope", "about"),
    [
        ("file", {"uri": "file:///a.py"}),
        ("action", {"action": "edit"}),
        ("conversation", {"conversationId": "c1"}),
        ("session", {}),
    ],
)
def test_a_pin_is_taken_off_where_its_answer_is_shown(scope: str, about: dict[str, str]) -> None:
    reasons = (Reason.of("choice", "chosen", scope=scope, tier="opus"),)
    pinned = replace(YOU, cause="pin", reasons=reasons)
    view = TaskView("t1", "edit", "proposed", pinned, uri="file:///a.py", edit_id="e1",
                    conversation_id="c1")  # fmt: skip
    last = offers(view, DEFAULT_LADDER)[-1]
    assert (last.title, last.command) == ("Unpin", "tierwise.route.override")
    assert last.argument == {"scope": scope, **about, "to": "auto"}
    assert "Unpin takes the pin off" in shown(pinned).sentence
    chosen = replace(view, decision=replace(YOU, reasons=()))
    assert "Unpin" not in [offer.title for offer in offers(chosen, DEFAULT_LADDER)]


def test_what_an_agent_is_forecast_and_what_it_paid_are_told_apart() -> None:
    line = status_line(
        "Sonnet", "sonnet", 31_000_000, 3_200_000_000, client_named=False, forecast=110_000_000,
        because="Haiku costs less", others="@haiku",
    )  # fmt: skip
    assert line == (
        "Sonnet · Haiku costs less\n"
        "forecast of this turn: 11¢ · paid in this session so far: 3.1¢"
        " · $3.20 of the budget left · for another tier begin with @haiku"
    )


LONGEST = "local-" + "very-large-" * 12 + "q4"
NAMES = st.sampled_from(["haiku", "sonnet", "opus", "local-llama-70b-instruct-q4", LONGEST])
CAUSES = st.sampled_from(get_args(Cause))
CODES = st.sampled_from([
    Reason.of("choice", "chosen", scope="conversation", tier="opus"),
    Reason.of("choice", "remapped", tier="local-llama-70b-instruct-q4", to="opus"),
    Reason.of("floor", "floor", rule="path", subject="a/very/long/way/" * 9 + "**", tier="opus"),
    Reason.of("thread", "cache_keeps", tier="opus", tokens=1_200_000, turns=3),
    Reason.of("budget", "budget", tier="haiku", estimate=0.6, instead_of="opus"),
    Reason.of("availability", "unavailable", tier="opus", why="rate_limited", to="haiku"),
    Reason.of("note", "escalated", tier="haiku", why="name_used_elsewhere", about="", to="opus"),
    Reason.of("note", "escalated", tier="haiku", why="command", about="ruff " * 90, to="opus"),
    Reason.of("budget", "no_room", tier="opus", needs=10**13, left=10**13 - 1, scope="project"),
    Reason.of("budget", "cap", tier=LONGEST),
    Reason.of("note", "learned", outcomes=123_456),
    Reason.of("note", "router_failed"),
    Reason.of("note", "trial", tier="haiku", instead_of="opus"),
    Reason.of("floor", "floor", rule="said", subject="you said so " * 20, tier="opus"),
    Reason.of("floor", "confidence_floor", target=0.9, tier="opus"),
    Reason.of("note", "may_need_top", tier="opus"),
])  # fmt: skip


def cut_by_others(reasons: list[Reason], cause: Cause) -> bool:
    """Whether a sentence holds words of somebody else: a rule, the output of a command."""
    free = ("floor", "escalated", "cap", "remapped")
    return any(reason.code in free for reason in reasons) or cause in ("failover", "escalated")


@given(NAMES, NAMES, CAUSES, st.lists(CODES, max_size=3), st.floats(0, 1), st.integers(0, 10**12),
       st.sampled_from(["", "overloaded", "the edit did not parse"]), st.booleans())  # fmt: skip
def test_no_length_is_ever_longer_than_promised(
    routed: str, answering: str, cause: Cause, reasons: list[Reason], share: float, cost: int,
    said: str, rehearsal: bool,
) -> None:  # fmt: skip
    names = ("haiku", "sonnet", "opus", "local-llama-70b-instruct-q4", LONGEST)
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
        assert len(found.clause) <= SENTENCE
        assert found.sentence.endswith(found.clause)
        if not cut_by_others(reasons, cause) and LONGEST not in (routed, answering):
            assert not found.sentence.endswith("…"), found.sentence
    assert len(problem_title(decision, "message " * 9, "code" * 9)) <= TITLE
    assert len(comment_title(decision)) <= TITLE


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


def test_what_costs_money_says_how_much_before_it_is_clicked() -> None:
    view = TaskView("t1", "edit", "proposed", HAIKU, edit_id="e1", cost=500_000)
    assert headline(view) == "Haiku · 0.05¢"
    assert offers(view, DEFAULT_LADDER)[-1].title == "Redo with Sonnet · 0.8¢"
    running = offers(replace(view, state="running"), DEFAULT_LADDER)
    assert running[0].title == "Use Sonnet · 0.8¢"
    paused = offers(replace(view, state="paused"), DEFAULT_LADDER)
    assert paused[1].title == "Run this one anyway · 0.04¢"
    rehearsed = offers(replace(view, rehearsal=True), DEFAULT_LADDER)
    assert rehearsed[-1].title == "Redo with Sonnet · 0¢"
    unknown = replace(view, decision=replace(HAIKU, cost={}))
    assert offers(unknown, DEFAULT_LADDER)[-1].title == "Redo with Sonnet"
    answered = replace(view, redo={"haiku": 100_000, "sonnet": 2_000_000})
    assert offers(answered, DEFAULT_LADDER)[-1].title == "Redo with Sonnet · 0.2¢"


def test_a_switch_names_tiers_or_the_places_of_one_tier() -> None:
    assert switched("haiku", "sonnet", "slow", "a", "b") == "Haiku is slow; Sonnet answers"
    assert switched("haiku", "haiku", "slow", "a", "b") == "a is slow; b answers"
    assert switched("haiku", "sonnet", "", "", "") == "Haiku cannot answer; Sonnet answers"


def test_a_decision_prints_what_the_contract_names() -> None:
    wire = to_wire(HAIKU)
    assert wire["costUsd"]["haiku"] == 0.0004
    named = (
        "id first routed answering confidence cause final estimate lower accept costUsd"
        " reasons signals propensity"
    )
    assert set(named.split()) <= set(wire)
