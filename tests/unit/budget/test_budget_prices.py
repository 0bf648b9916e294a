from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEPTEMBER = datetime(2026, 10, 6, 23, 59, tzinfo=UTC)
PRICES = PriceTable.load()
MTOK = 1_000_000

# Dollars per million tokens from the reference: input, output, 5-minute write, 1-hour write, read.
TABLE = [
    ("claude-haiku-5-5", NOW, 1, (0.10, 0.50, 0.125, 0.20, 0.01)),
    ("claude-haiku-5-5", NOW, 100_000, (0.10, 0.50, 0.125, 0.20, 0.01)),
    ("claude-haiku-5-5", NOW, 100_001, (0.50, 2.50, 0.625, 1.00, 0.05)),
    ("claude-haiku-5-5", SEPTEMBER, 100_001, (0.50, 2.50, 0.625, 1.00, 0.05)),
    ("claude-sonnet-5-5", NOW, 1, (2, 10, 2.50, 4, 0.10)),
    ("claude-sonnet-5-5", NOW, 900_000, (2, 10, 2.50, 4, 0.10)),
    ("claude-sonnet-5-5", SEPTEMBER, 1, (2, 10, 2.50, 4, 0.20)),
    ("claude-sonnet-5-5", datetime(2026, 10, 7, tzinfo=UTC), 1, (2, 10, 2.50, 4, 0.10)),
    ("claude-opus-5-5", NOW, 1, (4, 20, 5, 8, 0.20)),
    ("claude-opus-5-5", NOW, 900_000, (4, 20, 5, 8, 0.20)),
    ("claude-fable-5-2", NOW, 1, (8, 40, 10, 16, 0.20)),
    ("claude-fable-5-1", NOW, 1, (10, 50, 12.50, 20, 0.25)),
    ("claude-opus-5", NOW, 1, (5, 25, 6.25, 10, 0.50)),
    ("claude-sonnet-4-6", NOW, 1, (3, 15, 3.75, 6, 0.30)),
    ("claude-haiku-4-5", NOW, 1, (1, 5, 1.25, 2, 0.10)),
]


@pytest.mark.parametrize(("model", "at", "prompt", "dollars"), TABLE)
def test_every_cell_to_the_nano_dollar(
    model: str, at: datetime, prompt: int, dollars: tuple[float, ...]
) -> None:
    rate = PRICES.rate(model, at, prompt)
    assert (rate.input, rate.output, rate.write_5m, rate.write_1h, rate.read) == tuple(
        round(usd * 1000) for usd in dollars
    )


def test_the_long_band_counts_cache_tokens_and_prices_the_whole_request() -> None:
    short = Usage(40_000, 1_000, 60_000)
    long = Usage(40_000, 1_000, 60_001)
    assert PRICES.cost("claude-haiku-5-5", short, NOW) == 40_000 * 100 + 500_000 + 60_000 * 10
    assert PRICES.cost("claude-haiku-5-5", long, NOW) == 40_000 * 500 + 2_500_000 + 60_001 * 50


def test_a_cost_is_the_sum_of_its_kinds() -> None:
    usage = Usage(1, 10, 100, 1_000, 10_000)
    assert PRICES.cost("claude-opus-5-5", usage, NOW) == (
        1 * 4_000 + 10 * 20_000 + 100 * 200 + 1_000 * 5_000 + 10_000 * 8_000
    )


def test_the_batch_interface_costs_half_rounded_up() -> None:
    assert PRICES.cost("claude-opus-5-5", Usage(1, 0), NOW, batch=True) == 2_000
    odd = PriceTable.load([{"model": "m", "input": "0.001", "output": "1", "batch": "0.5"}])
    assert odd.cost("m", Usage(1, 0), NOW, batch=True) == 1


def test_an_unknown_model_costs_the_dearest_known_rate_and_never_nothing() -> None:
    rate = PRICES.rate("somebody-else", NOW, 10)
    assert not PRICES.known("somebody-else")
    listed = [PRICES.rate(row.model or "", NOW, 200_000) for row in PRICES.rows]
    assert rate.input == max(r.input for r in listed) == 10_000
    assert rate.output == max(r.output for r in listed) == 50_000
    assert rate.read == max(r.read for r in listed)


def test_an_own_server_may_be_free_where_it_says_so() -> None:
    table = PriceTable.load(
        [{"base_url": "http://localhost:11434/", "input": 0, "output": 0, "read": 0}]
    )
    assert table.known("llama", "http://localhost:11434")
    assert table.cost("llama", Usage(10**6, 10**6), NOW, "http://localhost:11434") == 0
    assert table.cost("llama", Usage(1, 0), NOW, "http://localhost:9999") == 10_000
    assert table.cost("llama", Usage(1, 0), NOW) == 10_000
    assert table.cost("claude-haiku-5-5", Usage(1, 0), NOW) == 100, "the list's own are untouched"


def test_a_model_on_another_server_keeps_its_list_price() -> None:
    assert PRICES.cost("claude-haiku-5-5", Usage(1, 0), NOW, "https://proxy.example") == 100


def test_an_operators_row_replaces_the_shipped_ones() -> None:
    table = PriceTable.load([{"model": "claude-haiku-5-5", "input": "1", "output": "2"}])
    rate = table.rate("claude-haiku-5-5", NOW, 500_000)
    assert (rate.input, rate.output, rate.write_5m, rate.write_1h, rate.read) == (
        1_000,
        2_000,
        1_250,
        2_000,
        1_000,
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"model": "m", "input": 0, "output": 1}, "above 0"),
        ({"model": "m", "input": -1, "output": 1}, "above 0"),
        ({"model": "m", "input": 1}, "output is missing"),
        ({"model": "m", "input": "x", "output": 1}, "not a number"),
        ({"model": "m", "input": "0.0001", "output": 1}, "finer"),
        ({"input": 1, "output": 1}, "neither"),
    ],
)
def test_a_row_that_is_no_price_is_refused(row: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PriceTable.load([row])


def test_a_band_keeps_its_price_when_only_the_short_one_changes() -> None:
    from datetime import date

    rows = [
        {"model": "m", "input": 1, "output": 1},
        {"model": "m", "input": 5, "output": 5, "over": 1000},
        {"model": "m", "input": 2, "output": 2, "from": date(2026, 11, 1)},
    ]
    table = PriceTable.load(rows)
    assert table.rate("m", NOW, 1000).input == 2_000
    assert table.rate("m", NOW, 1001).input == 5_000
    assert table.rate("m", SEPTEMBER, 1000).input == 1_000


@given(st.sampled_from([row[0] for row in TABLE] + ["unknown"]), st.integers(0, 400_000))
def test_the_dearest_band_is_no_cheaper_than_any_prompt_within(model: str, bound: int) -> None:
    worst = PRICES.dearest_band(model, NOW, bound)
    for prompt in {0, 1, bound // 2, bound, min(bound, 100_000), min(bound, 100_001)}:
        rate = PRICES.rate(model, NOW, prompt)
        assert worst.dearest_input >= rate.dearest_input
        assert worst.output >= rate.output
