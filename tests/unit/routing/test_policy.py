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


def estimate(haiku: float, sonnet: float, bound: float = 0.02) -> Estimate:
    need = {"haiku": haiku, "sonnet": sonnet, "opus": 1.0}
    lower = {t: p if t == "opus" else max(0.0, p - bound) for t, p in need.items()}
    return Estimate(need, lower, {t: 0.96 * p for t, p in need.items()})


EASY, MIDDLE, HARD = estimate(0.95, 0.99), estimate(0.58, 0.97), estimate(0.1, 0.3)
UNSURE = estimate(0.7, 0.9, bound=0.4)


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
    decision = decide(Signals({}), found, Situation(cost=COST, **facts))
    assert (decision.routed, decision.answering, decision.cause) == (routed, answering, cause)
    if cause != "routed":
        assert decision.reasons, "a change without a reason"
    assert decision == decide(Signals({}), found, Situation(cost=COST, **facts)), "pure"


def test_a_budget_downgrade_needs_a_lower_expected_spend() -> None:
    warm = WarmThread("sonnet", 50_000, {"haiku": 90_000, "sonnet": 30_000, "opus": 500_000})
    decision = decide(Signals({}), MIDDLE, Situation(cost=COST, budget="soft", warm=warm))
    assert decision.answering == "sonnet"


def test_a_warm_higher_tier_stays_only_where_it_is_cheaper() -> None:
    cheap = WarmThread("sonnet", 50_000, {"haiku": 90_000, "sonnet": 30_000}, {"haiku": 4})
    dear = WarmThread("sonnet", 50_000, {"haiku": 10_000, "sonnet": 30_000})
    held = decide(Signals({}), EASY, Situation(cost=COST, warm=cheap))
    assert (held.answering, held.cause) == ("sonnet", "thread")
    assert "4 turns" in words(held.reasons[-1])
    assert decide(Signals({}), EASY, Situation(cost=COST, warm=dear)).answering == "haiku"


def test_a_trial_is_shown_and_its_propensity_logged() -> None:
    drawn = decide(Signals({}), MIDDLE, Situation(cost=COST, trial=0.01))
    kept = decide(Signals({}), MIDDLE, Situation(cost=COST, trial=0.5))
    assert (drawn.routed, drawn.cause, drawn.propensity) == ("haiku", "trial", 0.05)
    assert (kept.routed, kept.propensity) == ("sonnet", 0.95)


def test_a_router_that_fails_fails_high_and_respects_the_operator() -> None:
    assert policy.fail_safe(Situation(cost=COST), "it broke").answering == "opus"
    chosen = Situation(cost=COST, choices=(Choice("task", "haiku"),))
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
