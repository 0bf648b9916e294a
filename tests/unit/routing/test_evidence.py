"""A second opinion as evidence: fused by Bayes, worth something or not asked, and bounded."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Choice, Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import evidence, policy
from tierwise.routing.first import TYPICAL

NAMES = DEFAULT_LADDER.names
FACTS = Situation(cost=dict(zip(NAMES, map(int, TYPICAL), strict=True)))
RANK = DEFAULT_LADDER.rank


def known(low: float, middle: float) -> Estimate:
    shares = dict(zip(NAMES, (low, middle, 1.0), strict=True))
    return Estimate(shares, shares, shares)


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    low, mid = sorted(draw(st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999))))
    doubt = draw(st.floats(0.3, 1.0))
    need = dict(zip(NAMES, (low, mid, 1.0), strict=True))
    lower = dict(zip(NAMES, (low * doubt, mid * doubt, 1.0), strict=True))
    return Estimate(need, lower, need)


@settings(deadline=None)
@given(estimates(), st.sampled_from(NAMES))
def test_an_opinion_lowers_by_one_step_at_most_and_never_top_to_cheapest(
    found: Estimate, said: str
) -> None:
    before = policy.decide(Signals({}), found, FACTS)
    after = policy.decide(Signals({}), found, replace(FACTS, opinion=said))
    assert RANK(after.routed) >= RANK(before.routed) - 1
    if before.routed == "opus":
        assert after.routed != "haiku"
    if said == "opus":
        assert RANK(after.routed) >= RANK(before.routed)
    assert any(reason.code == "opinion" for reason in after.reasons)


@settings(deadline=None)
@given(estimates())
def test_opinions_weighed_by_their_chance_give_the_estimate_back(found: Estimate) -> None:
    exact = [found.need["haiku"], found.need["sonnet"] - found.need["haiku"]]
    exact.append(1.0 - found.need["sonnet"])
    chances, mixed = [], 0.0
    for place, said in enumerate(NAMES):
        says = [evidence.RIGHT[abs(place - needed)] for needed in range(3)]
        totals = [
            math.fsum(evidence.RIGHT[abs(o - needed)] for o in range(3)) for needed in range(3)
        ]
        chance = math.fsum(p * s / t for p, s, t in zip(exact, says, totals, strict=True))
        chances.append(chance)
        mixed += chance * evidence.fused(found, said, DEFAULT_LADDER).need["haiku"]
    assert math.fsum(chances) == pytest.approx(1.0)
    assert mixed == pytest.approx(found.need["haiku"], abs=1e-9)


@settings(deadline=None)
@given(estimates(), st.sampled_from(NAMES))
def test_what_was_fused_is_an_estimate(found: Estimate, said: str) -> None:
    after = evidence.fused(found, said, DEFAULT_LADDER)
    for shares in (after.need, after.lower):
        values = [shares[name] for name in NAMES]
        assert values == sorted(values)
        assert values[-1] == 1.0
        assert all(0.0 <= value <= 1.0 for value in values)


def test_who_is_sure_need_not_ask() -> None:
    sure = known(0.999, 0.9999)
    torn = known(0.7, 0.97)
    assert evidence.worth(Signals({}), sure, FACTS) < 50_000
    assert evidence.worth(Signals({}), torn, FACTS) > 500_000


@settings(deadline=None)
@given(estimates(), st.sampled_from(NAMES))
def test_an_explicit_choice_and_old_decisions_stay(found: Estimate, said: str) -> None:
    pinned = replace(FACTS, opinion=said, choices=(Choice("task", "sonnet"),))
    assert policy.decide(Signals({}), found, pinned).answering == "sonnet"
    older = replace(FACTS, rule="loss-1", opinion=said)
    decided = policy.decide(Signals({}), found, older)
    assert decided.estimate == found
    assert RANK(decided.routed) >= RANK(decided.first)


def test_an_opinion_that_is_no_tier_changes_nothing() -> None:
    found = known(0.7, 0.97)
    plain = policy.decide(Signals({}), found, FACTS)
    told = policy.decide(Signals({}), found, replace(FACTS, opinion="none"))
    assert (told.routed, told.estimate) == (plain.routed, plain.estimate)
