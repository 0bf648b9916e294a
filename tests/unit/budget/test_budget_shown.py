"""What is shown of a budget goes by what is spent; what is only set aside is a wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tierwise.budget.headroom import SpendWish, fit, why_paused
from tierwise.budget.limits import BudgetState, views
from tierwise.budget.prices import PriceRate
from tierwise.core.errors import BudgetPaused, TaskTooDear
from tierwise.present.errors import sentence
from tierwise.present.pause import why

CENT = 10_000_000
SMALL = CENT // 10


def state(
    spent: float, reserved: float = 0, limit: float | None = 5, *, expected: float = 0, **more: int
) -> BudgetState:
    """A day's budget in cents, with more fields in nano-dollars."""
    day = BudgetState(
        day="2026-11-24",
        period="2026-11",
        day_limit=None if limit is None else round(limit * CENT),
        day_spent=round(spent * CENT),
        day_reserved=round(reserved * CENT),
        day_expected=round(expected * CENT),
        smallest=SMALL,
    )
    return replace(day, **more)  # type: ignore[arg-type]  # amounts of other caps


@pytest.mark.parametrize(
    ("found", "gate", "shown", "waits"),
    [
        (state(0), "ok", "ok", False),
        (state(1.9, 3.1), "paused", "ok", True),
        (state(0, 5), "paused", "ok", True),
        (state(1, 2.95), "ok", "ok", False),
        (state(4.2), "soft", "soft", False),
        (state(4.2, 0.8), "paused", "soft", True),
        (state(3.5, 1.5, expected=0.6), "paused", "soft", True),
        (state(5), "paused", "paused", False),
        (state(4.95), "paused", "paused", False),
        (state(5.2, 3), "paused", "paused", False),
        (state(0, limit=0), "paused", "paused", False),
        (state(99, limit=None), "ok", "ok", False),
        (state(0, hour_limit=CENT, hour_reserved=CENT), "paused", "ok", True),
        (state(0, hour_limit=CENT, hour_spent=CENT), "paused", "paused", False),
        (state(0, project_limit=CENT, project_spent=CENT), "paused", "paused", False),
        (state(4, 1, project_limit=9 * CENT, project_reserved=CENT), "paused", "soft", True),
    ],
)
def test_what_is_shown_goes_by_what_is_spent(
    found: BudgetState, gate: str, shown: str, waits: bool
) -> None:
    assert (found.level, found.shown, found.waits) == (gate, shown, waits)
    assert any(view.state == "paused" for view in views(found)) is (shown == "paused")
    if gate == "paused":
        text = why(why_paused(found))
        assert ("in flight" in text) is waits
        assert ("used up" in text or "is 0" in text) is not waits


@pytest.mark.parametrize(
    ("spent", "reserved", "worst", "waits"),
    [
        (0, 3, 4, True),
        (1, 3, 4, True),
        (1, 3, 4.5, False),
        (2, 0, 4, False),
        (0, 4.5, 1, True),
        (4, 0.5, 0.9, True),
        (4, 0.5, 1.1, False),
        (0, 1, 6, False),
    ],
)
def test_a_call_that_fits_once_others_end_waits_for_them(
    spent: float, reserved: float, worst: float, waits: bool
) -> None:
    rate = PriceRate(1, round(worst * CENT / 1000), 1, 1, 1)
    wish = SpendWish(0, 1000, 1000, rate, "Opus")
    with pytest.raises(TaskTooDear) as refused:
        fit(wish, state(spent, reserved))
    assert refused.value.waits is waits
    assert ("in flight" in sentence(refused.value)) is waits
    assert isinstance(refused.value, BudgetPaused)
