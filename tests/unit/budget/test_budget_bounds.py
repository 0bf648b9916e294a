"""Bounds hold and bite: tokens, output caps, forecasts, and what a warm cache is worth."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.budget import cache_cost, calibration, forecast, tokens
from tierwise.budget.cache_cost import CachedTurn, Prefix
from tierwise.budget.calibration import Calibration
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PRICES = PriceTable.load()
HAIKU, SONNET, OPUS = (DEFAULT_LADDER.get(name) for name in DEFAULT_LADDER.names)


@given(st.text(max_size=400))
def test_the_bound_is_between_the_mean_and_the_bytes(text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    bound = tokens.upper_bound(text) - tokens.OVERHEAD
    assert math.ceil(len(text) / 3) <= bound <= max(size, math.ceil(len(text) / 1.6))


def test_source_is_bounded_below_three_times_its_mean() -> None:
    text = "def add(a, b):\n    return a + b\n" * 200
    mean = tokens.mean_of_chars(len(text)) - tokens.OVERHEAD
    assert (tokens.upper_bound(text) - tokens.OVERHEAD) / mean <= 3.0


def test_few_answers_change_nothing_and_many_give_a_cap_that_cuts_at_most_two_percent() -> None:
    rng = random.Random(5)
    draw = [round(rng.lognormvariate(math.log(350), 0.6)) for _ in range(2_000)]
    histogram: dict[int, int] = {}
    cut = judged = 0
    for n, used in enumerate(draw):
        known = Calibration({("output", "m", "edit"): dict(histogram)})
        cap = known.output_cap("m", "edit", 8_192)
        if n < calibration.ENOUGH_OUTPUT:
            assert cap == 8_192
        else:
            judged += 1
            cut += used >= cap
        truncated = used >= cap
        bucket = calibration.output_bucket(min(used, cap), truncated=truncated)
        histogram[bucket] = histogram.get(bucket, 0) + 1
    assert cut / judged <= 0.02
    final = Calibration({("output", "m", "edit"): histogram})
    assert final.output_cap("m", "edit", 8_192) < 8_192 / 2, "the cap must also be worth having"
    assert final.output_cap("m", "edit", 300) == 300
    assert abs(final.median_output("m", "edit") - 350) < 60


def test_the_input_bound_follows_what_was_seen_up_at_once_and_down_slowly() -> None:
    def factor(shares: list[float]) -> float:
        histogram: dict[int, int] = {}
        for share in shares:
            bucket = calibration.input_bucket(round(share * 1_000), 1_000)
            histogram[bucket] = histogram.get(bucket, 0) + 1
        return Calibration({("input", "m", "python"): histogram}).input_factor("m", "python")

    assert Calibration().input_factor("m", "python") == 1.0
    assert factor([0.4] * 10) == 1.0, "too few to believe"
    assert factor([0.4] * 500) == calibration.LEAST_INPUT
    assert 0.8 < factor([0.4] * 400 + [0.75]) < 1.0
    assert factor([1.3]) > 1.3, "one bill above the bound is enough"


def test_a_forecast_needs_no_ledger_and_grows_with_tier_and_prompt() -> None:
    spends = [forecast.expected_spend(t, "edit", 4_000, PRICES, at=NOW) for t in DEFAULT_LADDER]
    assert spends == sorted(spends)
    assert spends[0] > 0
    longer = forecast.expected_spend(HAIKU, "edit", 40_000, PRICES, at=NOW)
    assert longer > spends[0]
    # 4,000 characters and the median of an edit: (4000/3 + 64) x 100 + 350 x 500 nano-dollars.
    assert spends[0] == (math.ceil(4_000 / 3) + 64) * 100 + 350 * 500


@pytest.mark.parametrize(
    ("prefix", "opus_to_sonnet", "opus_to_haiku", "sonnet_to_haiku"),
    [(5_000, 1, 1, 1), (20_000, 4, 1, 1), (50_000, 8, 1, 1), (90_000, 11, 1, 1)],
)
def test_break_even_turns_are_those_of_the_reference(
    prefix: int, opus_to_sonnet: int, opus_to_haiku: int, sonnet_to_haiku: int
) -> None:
    on_opus = Prefix(prefix, frozenset({"opus"}))
    on_sonnet = Prefix(prefix, frozenset({"sonnet"}))
    found = cache_cost.break_even(OPUS, SONNET, on_opus, PRICES, NOW)
    assert found is not None
    assert abs(found - opus_to_sonnet) <= 1
    assert cache_cost.break_even(OPUS, HAIKU, on_opus, PRICES, NOW) == opus_to_haiku
    assert cache_cost.break_even(SONNET, HAIKU, on_sonnet, PRICES, NOW) == sonnet_to_haiku


def test_the_turn_costs_of_the_reference_table() -> None:
    turn = CachedTurn(1_500, 800)
    # 50k prefix: Opus 3.35 cents warm and 27.35 cold, Sonnet 1.68 and 13.68.
    for tier, warm, cold in ((OPUS, 3.35, 27.35), (SONNET, 1.68, 13.68), (HAIKU, 0.11, 0.68)):
        for is_warm, cents in ((True, warm), (False, cold)):
            cost = cache_cost.turn_cost(tier, 50_000, turn, PRICES, NOW, warm=is_warm)
            assert cost / 1e7 == pytest.approx(cents, abs=0.006)


def test_a_cold_prefix_below_the_smallest_cacheable_one_is_no_warm_thread() -> None:
    small = Prefix(400, frozenset({"opus"}))
    assert cache_cost.warm_thread("opus", small, DEFAULT_LADDER, PRICES, NOW) is None
    warm = cache_cost.warm_thread(
        "opus", Prefix(50_000, frozenset({"opus"})), DEFAULT_LADDER, PRICES, NOW
    )
    assert warm is not None
    assert warm.remaining_cost["sonnet"] > warm.remaining_cost["opus"], "the cheaper tier is dearer"
    assert warm.break_even_turns["sonnet"] is not None


def test_a_redo_is_priced_by_the_tokens_that_were_used_and_without_a_warm_cache() -> None:
    used = Usage(input_tokens=100, output_tokens=50, cache_read_tokens=900, cache_write_5m_tokens=0)
    costs = forecast.of_usage(used, DEFAULT_LADDER, PRICES, NOW)
    assert list(costs) == list(DEFAULT_LADDER.names)
    for tier in (HAIKU, SONNET, OPUS):
        rate = PRICES.rate(tier.model, NOW, 1_000)
        assert costs[tier.name] == 1_000 * rate.input + 50 * rate.output
