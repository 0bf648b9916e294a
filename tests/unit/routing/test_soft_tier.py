"""Where a soft task goes when money is short: one rule, near a cap and where it does not fit."""

from __future__ import annotations

import pytest

from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Situation
from tierwise.routing import policy

COST = {"haiku": 1_000_000, "sonnet": 20_000_000, "opus": 40_000_000}


def estimate(haiku: float, sonnet: float) -> Estimate:
    need = {"haiku": haiku, "sonnet": sonnet, "opus": 1.0}
    low = {"haiku": haiku / 2, "sonnet": sonnet / 2, "opus": 1.0}
    return Estimate(need, low, need)


@pytest.mark.parametrize(
    ("haiku", "sonnet", "tier", "to"),
    [
        (0.9, 0.95, "opus", "haiku"),
        (0.9, 0.95, "sonnet", "haiku"),
        (0.9, 0.95, "haiku", None),
        (0.2, 0.7, "opus", "sonnet"),
        (0.2, 0.7, "sonnet", None),
        (0.2, 0.4, "opus", None),
        (0.55, 0.6, "opus", "haiku"),
        (0.549, 0.56, "opus", "sonnet"),
        (0.549, 0.549, "opus", None),
        (0.2, 0.4, "sonnet", None),
    ],
)
def test_a_soft_task_goes_to_the_cheapest_tier_that_reaches_the_target(
    haiku: float, sonnet: float, tier: str, to: str | None
) -> None:
    found = estimate(haiku, sonnet)
    situation = Situation(soft_target=0.55, cost=COST, budget="soft")
    assert policy.soft_tier(found, situation, tier) == to
    decision = policy.decide(Signals({}), found, situation)
    there = policy.soft_tier(found, situation, decision.routed)
    assert decision.soft is (there is not None)
    assert decision.answering in (there, decision.routed), "never past it, near a cap either"
    if there is None:
        assert decision.answering == decision.routed, "a hard task never goes down"
