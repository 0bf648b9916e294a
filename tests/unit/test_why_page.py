"""The page that says why a tier answers: nothing on it that cannot be acted on."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.decision import Decision, Estimate, Reason
from tierwise.present.why import why

NAMES = ("haiku", "sonnet", "opus")
SHARES = {"haiku": 0.3, "sonnet": 0.76, "opus": 1.0}
COST = {"haiku": 400_000, "sonnet": 4_400_000, "opus": 11_400_000}
LOSS = {"haiku": 15e6, "sonnet": 9e6, "opus": 12e6}


def decision(tier: str, *, explicit: bool = False) -> Decision:
    estimate = Estimate(SHARES, SHARES, SHARES)
    return Decision(tier, tier, tier, 0.7, "routed", estimate, COST, explicit=explicit)


def page(found: Decision, *, rehearsal: bool = False) -> str:
    return why(found, cheaper="fewer files", dearer="more files", rehearsal=rehearsal).page


@given(st.sampled_from(NAMES), st.booleans())
def test_a_change_that_can_bring_no_other_tier_is_not_named(tier: str, explicit: bool) -> None:
    told = page(decision(tier, explicit=explicit))
    cheaper = "For a cheaper tier the task would need: fewer files" in told
    dearer = "For a dearer tier the task would need: more files" in told
    assert cheaper is (tier != "haiku" and not explicit)
    assert dearer is (tier != "opus" and not explicit)


@given(st.sampled_from(NAMES))
def test_the_other_tiers_can_be_chosen_by_what_the_page_says(tier: str) -> None:
    line = next(each for each in page(decision(tier)).split("\n") if "another tier" in each)
    assert [name for name in NAMES if f"`@{name}`" in line] == [n for n in NAMES if n != tier]


def test_a_ladder_of_one_tier_has_no_other() -> None:
    one = Estimate({"local": 1.0}, {"local": 1.0}, {"local": 1.0})
    told = page(Decision("local", "local", "local", 1.0, "routed", one, {"local": 1}))
    assert "another tier" not in told
    assert "cheaper tier" not in told
    assert "dearer tier" not in told


def test_a_column_of_which_nothing_is_known_is_left_out() -> None:
    assert "redos included" not in page(decision("sonnet"))
    assert "redos included" in page(replace(decision("sonnet"), expected_loss=LOSS))
    partly = replace(decision("sonnet"), expected_loss={"opus": 12e6})
    assert "redos included" in page(partly)
    assert "| -" in page(partly)


def test_a_page_says_what_was_paid_and_what_a_redo_counts() -> None:
    found = replace(decision("sonnet"), expected_loss=LOSS)
    told = why(found, paid=1_200_000, redo_cost=18_000_000).page
    assert "It cost 0.12¢. The forecasts below were made before it was sent." in told
    assert "is redone, and each takes 1.8¢ of your time. Sonnet is the cheapest that way." in told
    assert "of your time" not in why(found, redo_cost=0).page
    assert "It cost" not in page(found)
    rehearsed = why(found, paid=1_200_000, rehearsal=True).page
    assert "It cost 0¢ in rehearsal; with a key it would have been 0.12¢." in rehearsed


def test_a_rehearsal_says_what_the_tiers_cost_with_a_key() -> None:
    told = page(decision("sonnet"), rehearsal=True)
    assert "| with a key" in told
    assert "0¢ in rehearsal" in told


def test_a_page_says_how_to_be_rid_of_what_moved_the_tier() -> None:
    moved = replace(
        decision("sonnet"), answering="haiku", cause="budget",
        reasons=(Reason.of("budget", "budget", tier="haiku", estimate=0.9, instead_of="sonnet",
                           scope="day", spent=4_100_000_000, limit=5_000_000_000),),
    )  # fmt: skip
    told = page(moved)
    assert "82 % of today's $5.00 is spent: Haiku is enough for about 9 in 10" in told
    assert "`tierwise budget raise 1`" in told
    assert "the task would need" not in told, "no other words bring back what the budget took"
    assert "tierwise budget raise" not in page(decision("sonnet"))
