"""Amounts and shares as every client writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.amounts import needs_and_left
from tierwise.present.chances import chance
from tierwise.present.money import amount, amounts, percent, spent_of

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


@given(st.floats(0, 1))
def test_a_chance_is_near_the_share_and_never_certain(share: float) -> None:
    part, _, whole = chance(share).split()
    assert 0 < int(part) / int(whole) < 1
    assert abs(int(part) / int(whole) - share) <= 0.1
