"""The order of the decision, one table: each step changes what it may and says so."""

from __future__ import annotations

from typing import Any

import pytest

from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Choice, Floor, Situation, WarmThread
from tierwise.core.tiers import Ladder, Tier
from tierwise.present.reasons import words
from tierwise.routing import policy
from tierwise.routing.policy import decide

COST = {"haiku": 1_000, "sonnet": 20_000, "opus": 40_000}
REDO = 106_000
"""What a wrong answer costs at these prices where the preference is balanced."""


def facts_of(**more: Any) -> Situation:
    return Situation(cost=COST, redo_cost=REDO, **more)


def estimate(haiku: float, sonnet: float, bound: float = 0.02) -> Estimate:
    need = {"haiku": haiku, "sonnet": sonnet, "opus": 1.0}
    lower = {t: p if t == "opus" else max(0.0, p - bound) for t, p in need.items()}
    return Estimate(need, lower, {t: 0.96 * p for t, p in need.items()})


EASY, MIDDLE, HARD = estimate(0.95, 0.99), estimate(0.58, 0.97), estimate(0.1, 0.3)
UNSURE = estimate(0.93, 0.99, bound=0.6)


@pytest.mark.parametrize(
    ("found", "facts", "routed", "answering", "cause"),
    [
        (EASY, {}, "haiku", "haiku", "routed"),
        (HARD, {}, "opus", "opus", "routed"),
        (UNSURE, {}, "opus", "opus", "uncertain"),
        (EASY, {"floors": (Floor("opus", "db/ is protected"),)}, "opus", "opus", "floor"),
        (HARD, {"floors": (Floor("haiku", "x"),)}, "opus", "opus", "routed"),
        (HARD, {"choices": (Choice("task", "haiku"),)}, "opus", "haiku", "override"),
        (EASY, {"choices": (Choice("session", "opus"),)}, "haiku", "opus", "pin"),
        (EASY, {"choices": (Choice("project", "opus"), Choice("file", "sonnet"))},
         "haiku", "sonnet", "pin"),
        (EASY, {"choices": (Choice("task", "opus"),), "floors": (Floor("sonnet", "x"),)},
         "sonnet", "opus", "override"),
        (EASY, {"remap": {"haiku": "sonnet", "sonnet": "opus"}}, "haiku", "sonnet", "remap"),
        (MIDDLE, {"budget": "soft"}, "sonnet", "haiku", "budget"),
        (HARD, {"budget": "soft"}, "opus", "opus", "routed"),
        (MIDDLE, {"budget": "soft", "choices": (Choice("task", "sonnet"),)},
         "sonnet", "sonnet", "override"),
        (MIDDLE, {"budget": "soft", "floors": (Floor("opus", "x"),)}, "opus", "opus", "floor"),
        (EASY, {"blocked": {"haiku": "unavailable"}}, "haiku", "sonnet", "failover"),
        (HARD, {"blocked": {"opus": "unavailable"}}, "opus", "opus", "routed"),
        (HARD, {"blocked": {"opus": "x"}, "fallback": {"opus": ("sonnet",)}},
         "opus", "sonnet", "failover"),
        (EASY, {"blocked": {"haiku": "x"}, "choices": (Choice("task", "haiku"),)},
         "haiku", "haiku", "override"),
        (HARD, {"cap": "sonnet"}, "opus", "sonnet", "budget"),
    ],
)  # fmt: skip
def test_each_step_changes_what_it_may(
    found: Estimate, facts: dict[str, Any], routed: str, answering: str, cause: str
) -> None:
    decision = decide(Signals({}), found, facts_of(**facts))
    assert (decision.routed, decision.answering, decision.cause) == (routed, answering, cause)
    if cause != "routed":
        assert decision.reasons, "a change without a reason"
    assert decision == decide(Signals({}), found, facts_of(**facts)), "pure"


def test_a_budget_downgrade_needs_a_lower_expected_spend() -> None:
    warm = WarmThread("sonnet", 50_000, {"haiku": 90_000, "sonnet": 30_000, "opus": 500_000})
    decision = decide(Signals({}), MIDDLE, facts_of(budget="soft", warm=warm))
    assert decision.answering == "sonnet"


def test_a_warm_higher_tier_stays_only_where_it_is_cheaper() -> None:
    cheap = WarmThread("sonnet", 50_000, {"haiku": 90_000, "sonnet": 30_000}, {"haiku": 4})
    dear = WarmThread("sonnet", 50_000, {"haiku": 10_000, "sonnet": 30_000})
    held = decide(Signals({}), EASY, facts_of(warm=cheap))
    assert (held.answering, held.cause) == ("sonnet", "thread")
    assert "4 turns" in words(held.reasons[-1])
    assert decide(Signals({}), EASY, facts_of(warm=dear)).answering == "haiku"


def test_a_trial_is_shown_and_its_propensity_logged() -> None:
    drawn = decide(Signals({}), MIDDLE, facts_of(trial=0.01))
    kept = decide(Signals({}), MIDDLE, facts_of(trial=0.5))
    assert (drawn.routed, drawn.cause, drawn.propensity) == ("haiku", "trial", 0.05)
    assert (kept.routed, kept.propensity) == ("sonnet", 0.95)


def test_a_router_that_fails_fails_high_and_respects_the_operator() -> None:
    assert policy.fail_safe(facts_of(), "it broke").answering == "opus"
    chosen = facts_of(choices=(Choice("task", "haiku"),))
    assert policy.fail_safe(chosen, "it broke").answering == "haiku"


def test_any_number_of_tiers_is_data() -> None:
    from tierwise.routing.estimate import estimate as estimate_of
    from tierwise.routing.weights import load

    ladder = Ladder(
        (
            Tier("local", "qwen-coder", 2048),
            Tier("haiku", "claude-haiku-5-5", 4096),
            Tier("sonnet", "claude-sonnet-5-5", 8192),
            Tier("opus", "claude-opus-5-5", 16384),
            Tier("fable", "claude-fable-5-2", 16384),
        )
    )
    signals = Signals({"action.edit": 1.0}, frozenset(), (0.0, 0.0))
    found = estimate_of(signals, load(), ladder)
    shares = [found.need[n] for n in ladder.names]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    decision = decide(signals, found, Situation(ladder=ladder))
    assert decision.answering in ladder


def test_older_decisions_are_taken_by_the_target_that_made_them() -> None:
    old = facts_of(rule="target-1", confidence_target=0.8)
    decision = decide(Signals({}), UNSURE, old)
    assert (decision.first, decision.routed, decision.cause) == ("haiku", "opus", "uncertain")
    assert (decision.rule, decision.expected_loss) == ("target-1", {})
    assert decision.confidence_tier == "haiku"


def test_where_the_top_is_first_the_tier_below_it_tells_how_sure() -> None:
    decision = decide(Signals({}), HARD, facts_of())
    assert (decision.first, decision.confidence_tier) == ("opus", "sonnet")
    assert decision.confidence == HARD.need["sonnet"]
    assert decision.cause == "routed", "the bound changed nothing"


def test_the_expected_loss_of_every_tier_stands_beside_the_decision() -> None:
    decision = decide(Signals({}), EASY, facts_of())
    losses = decision.expected_loss
    assert min(losses, key=losses.__getitem__) == decision.routed == "haiku"
    assert set(losses) == set(COST)


@pytest.mark.parametrize("scale", [1, 20, 100, 1_000, 100_000])
def test_what_most_likely_needs_the_top_never_starts_on_the_cheapest(scale: int) -> None:
    """A flat redo beside a large prompt would send it there; the guard stands in between."""
    cost = {tier: nanos * scale for tier, nanos in COST.items()}
    facts = Situation(cost=cost, redo_cost=REDO)
    assert decide(Signals({}), estimate(0.05, 0.45), facts).routed != "haiku"


def test_a_redo_that_grows_with_the_task_decides_alike_at_every_size() -> None:
    for found in (EASY, MIDDLE, HARD, UNSURE):
        taken = set()
        for scale in (1, 10, 1_000):
            cost = {tier: nanos * scale for tier, nanos in COST.items()}
            facts = Situation(cost=cost, redo_cost=REDO * scale)
            taken.add(decide(Signals({}), found, facts).routed)
        assert len(taken) == 1


def test_a_dearer_wrong_answer_never_lowers_a_tier() -> None:
    order = ("haiku", "sonnet", "opus")
    for haiku in range(0, 101, 10):
        for sonnet in range(haiku, 101, 10):
            found = estimate(haiku / 100, sonnet / 100)
            ranks = [
                order.index(decide(Signals({}), found, Situation(cost=COST, redo_cost=r)).routed)
                for r in (0, 10_000, 50_000, 100_000, 300_000, 1_000_000)
            ]
            assert ranks == sorted(ranks), (haiku, sonnet)


def test_a_confidence_floor_raises_and_says_so() -> None:
    decision = decide(Signals({}), estimate(0.85, 0.99), facts_of(confidence_target=0.97))
    assert (decision.routed, decision.cause) == ("sonnet", "floor")
    assert "97 %" in words(decision.reasons[-1])


def test_plain_substitution_never_takes_the_top_by_itself() -> None:
    decision = decide(Signals({"mechanical": 1.0}), HARD, facts_of())
    assert decision.routed == "sonnet"
    assert decide(Signals({}), HARD, facts_of()).routed == "opus"
    floors = (Floor("opus", "db/ is protected"),)
    raised = decide(Signals({"mechanical": 1.0}), HARD, facts_of(floors=floors))
    assert raised.routed == "opus", "a floor is the operator's"


def test_work_whose_wrong_answers_are_found_late_counts_them_dearer() -> None:
    found = estimate(0.02, 0.78, bound=0.0)
    plain = decide(Signals({}), found, facts_of())
    late = decide(Signals({"says.security": 0.7}), found, facts_of())
    assert (plain.routed, late.routed) == ("sonnet", "opus")
    assert "security" in " ".join(words(reason) for reason in late.reasons)
