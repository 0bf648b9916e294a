"""Trees as the fit grows them and as the router walks them: the same answers, every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.decision import Signals
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import trees
from tierwise.routing.estimate import estimate
from tierwise.routing.fit.boosted import ACCEPT, Boosted, Forest
from tierwise.routing.fit.rows import own
from tierwise.routing.reading import READERS, SUREST, read
from tierwise.routing.scale import logit
from tierwise.routing.signals import measure
from tierwise.routing.weights import load

NAMES = ["a", "b", "c"]
PLACES = {name: i for i, name in enumerate(NAMES)}
DRAWN = np.random.default_rng(1)
X = DRAWN.normal(size=(200, 3))
Y = np.stack([X[:, 0] + X[:, 1] > 0.5, X[:, 0] > -0.5], axis=1).astype(float)
EVEN = np.ones(len(X))


def test_a_forest_is_walked_as_it_was_grown() -> None:
    grown = Forest(X, Y, EVEN, ACCEPT)
    planted = trees.planted(grown.exported(NAMES), PLACES)
    walked = [planted.means(list(map(float, row))) for row in X]
    assert np.abs(np.array(walked) - grown.shares(X)).max() < 0.002


def test_boosted_trees_are_walked_as_they_were_grown() -> None:
    grown = Boosted(X, Y[:, 0], EVEN)
    planted = trees.planted(grown.exported(NAMES), PLACES)
    walked = [grown.base + planted.sums(list(map(float, row)))[0] for row in X]
    assert np.abs(np.array(walked) - grown.logits(X)).max() < 0.02


def test_credits_add_up_to_what_the_trees_say_beyond_what_they_expect() -> None:
    grown = Boosted(X, Y[:, 0], EVEN).exported(NAMES)
    planted = trees.planted(grown, PLACES)
    expected = sum(tree[4] for tree in grown)
    for row in X:
        credits = [0.0] * len(NAMES)
        (total,) = planted.credited(list(map(float, row)), credits)
        assert [total] == planted.sums(list(map(float, row)))
        assert total == pytest.approx(expected + sum(credits))


def test_the_same_rows_grow_the_same_trees() -> None:
    once, again = (Forest(X, Y, EVEN, ACCEPT).exported(NAMES) for _ in range(2))
    assert once == again
    assert Boosted(X, Y[:, 0], EVEN).exported(NAMES) == Boosted(X, Y[:, 0], EVEN).exported(NAMES)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_a_forest_is_a_third_of_the_estimate_and_never_proof(share: float) -> None:
    signals, weights = measure(own()[0].request), load()
    told = replace(weights, forest=trees.planted([[share, share]], {}))
    flat = replace(weights, forest=trees.planted([[0.5, 0.5]], {}))
    for cut, one, other in zip(
        weights.cuts, read(signals, told).readings, read(signals, flat).readings, strict=True
    ):
        said = logit(min(SUREST, max(1 - SUREST, share)))
        assert one.mean - other.mean == pytest.approx(cut.slope * said / READERS)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(load().signals), st.floats(0, 8)),
    st.lists(st.floats(-6, 6), min_size=5, max_size=5),
)
def test_whatever_was_measured_a_higher_tier_is_as_sure(
    values: dict[str, float], scores: list[float]
) -> None:
    signals = Signals(values, frozenset(), tuple(scores))
    found = estimate(signals, load(), DEFAULT_LADDER)
    for shares in (found.need, found.lower, found.accept):
        told = [shares[name] for name in DEFAULT_LADDER.names]
        assert told == sorted(told)
        assert all(0 <= share <= 1 for share in told)
