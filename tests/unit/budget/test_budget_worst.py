"""A reservation is never below the bill, whatever is asked, cached, retried or cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.budget import settlement, tokens
from tierwise.budget.headroom import Fit, SpendWish, fit
from tierwise.budget.limits import BudgetState
from tierwise.budget.prices import PriceTable
from tierwise.budget.reservation import Reservation
from tierwise.budget.settlement import CallEnd
from tierwise.core.errors import BudgetPaused, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store.reservations import ReservationRow

PRICES = PriceTable.load()
MODELS = (*(tier.model for tier in DEFAULT_LADDER), "claude-fable-5-2", "somebody-else")
DATES = st.datetimes(datetime(2026, 9, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
SHARES = st.tuples(*[st.floats(0, 1) for _ in range(4)])


def row(model: str, bound: int, cap: int, worst: int) -> ReservationRow:
    return ReservationRow(
        "r", "q", "t", 0, 0, "", "2026-11-24", "2026-11", "p", "edit", None, "tier", model, None,
        0, bound, cap, worst, 0, False, True, False,
    )  # fmt: skip


def split(prompt: int, shares: tuple[float, float, float, float]) -> Usage:
    """A prompt as a server may bill it: fresh, read, and written for five minutes or an hour."""
    total = sum(shares) or 1.0
    read, short, long = (round(prompt * share / total) for share in shares[1:])
    read = min(read, prompt)
    short = min(short, prompt - read)
    long = min(long, prompt - read - short)
    return Usage(prompt - read - short - long, 0, read, short, long)


@settings(max_examples=10_000, deadline=None)
@given(
    model=st.sampled_from(MODELS),
    at=DATES,
    chars=st.integers(0, 600_000),
    density=st.floats(1.6, 8.0),
    cap=st.integers(16, 128_000),
    used=st.floats(0, 1),
    shares=SHARES,
    left=st.one_of(st.none(), st.integers(0, 10**10)),
    cut=st.booleans(),
    seconds=st.floats(0, 120),
)
def test_a_reservation_covers_every_bill(
    model: str,
    at: datetime,
    chars: int,
    density: float,
    cap: int,
    used: float,
    shares: tuple[float, float, float, float],
    left: int | None,
    cut: bool,
    seconds: float,
) -> None:
    bound = tokens.upper_bound("x" * chars)
    wish = SpendWish(bound, cap, 700, PRICES.dearest_band(model, at, bound), "Tier")
    state = BudgetState("2026-11-24", "2026-11", day_limit=left) if left is not None else None
    try:
        found = fit(wish, state)
    except TaskTooDear as error:
        assert left is not None
        assert error.needs > error.left == left
        assert error.scope == "day"
        return
    except BudgetPaused:
        assert left == 0
        return
    assert left is None or found.worst <= left
    prompt = min(int(chars / density) + tokens.OVERHEAD, bound)
    usage = replace(split(prompt, shares), output_tokens=round(found.max_tokens * used))
    assert PRICES.cost(model, usage, at) <= found.worst
    held = Reservation("r", found.worst, found.max_tokens, bound, model, at, row(
        model, bound, found.max_tokens, found.worst), thinking=True)  # fmt: skip
    if cut:
        streamed = "x" * int(usage.output_tokens * 1.6)
        for known in (None, replace(usage, output_tokens=1)):
            end = CallEnd(None, known, streamed, 0, seconds)
            booked, cost = settlement.assumed(held, end, PRICES)
            assert booked.assumed
            assert PRICES.cost(model, usage, at) * 0.99 <= cost <= found.worst
            assert cost > 0


@given(st.integers(1, 10**9), st.integers(16, 4_096), st.integers(0, 4_096))
def test_a_shrunk_answer_is_still_worth_asking_for(left: int, cap: int, useful: int) -> None:
    rate = PRICES.dearest_band("claude-opus-5-5", datetime(2026, 11, 24, tzinfo=UTC), 1_000)
    wish = SpendWish(1_000, cap, useful, rate, "Opus")
    try:
        found: Fit = fit(wish, BudgetState("d", "m", day_limit=left))
    except BudgetPaused:
        return
    assert found.worst <= left
    assert found.max_tokens >= min(cap, max(tokens.SMALLEST_OUTPUT, useful))
    assert found.capped == (found.max_tokens < cap)


def test_a_ceiling_for_one_request_binds_without_any_budget() -> None:
    rate = PRICES.dearest_band("claude-opus-5-5", datetime(2026, 11, 24, tzinfo=UTC), 1_000)
    state = BudgetState("d", "m")
    found = fit(SpendWish(1_000, 16_384, 500, rate, "Opus", most=50_000_000), state)
    assert found.worst <= 50_000_000
    assert found.capped


@given(st.permutations([600, 700, 800]), st.one_of(st.none(), st.integers(1, 900)))
def test_a_refusal_names_the_cap_that_leaves_the_least(caps: list[int], most: int | None) -> None:
    day, project, hour = caps
    state = BudgetState(
        "2026-11-24", "2026-11", day_limit=day, project_limit=project, hour_limit=hour
    )
    rate = PRICES.dearest_band(MODELS[0], datetime(2026, 11, 24, tzinfo=UTC), 1)
    with pytest.raises(TaskTooDear) as refused:
        fit(SpendWish(1000, 4096, 700, rate, "Haiku", most), state)
    tightest = min({"day": day, "project": project, "hour": hour}.items(), key=lambda cap: cap[1])
    by_itself = most is not None and most < tightest[1]
    assert refused.value.scope == ("" if by_itself else tightest[0])
    assert refused.value.left == (most if by_itself else tightest[1])
