"""The alarm about the dearest tier's share: loud when it doubles, silent on few tasks."""

from __future__ import annotations

import pytest

from tierwise.budget.share import Counts, risen
from tierwise.present.notices import share_risen


@pytest.mark.parametrize(
    ("recent", "usual", "alarm"),
    [
        ((20, 40), (20, 100), True),
        ((8, 40), (10, 100), True),
        ((7, 40), (10, 100), False),
        ((39, 40), (60, 100), False),
        ((10, 40), (0, 100), True),
        ((1, 40), (0, 100), False),
        ((10, 19), (10, 100), False),
        ((20, 40), (5, 49), False),
        ((0, 40), (0, 100), False),
        ((4, 40), (2, 100), False),
    ],
)
def test_the_share_of_a_day_against_the_usual_one(
    recent: tuple[int, int], usual: tuple[int, int], alarm: bool
) -> None:
    assert risen(Counts(*recent), Counts(*usual)) is alarm


def test_the_sentence_names_the_shares_and_no_money() -> None:
    text = share_risen("opus", Counts(20, 40).share, Counts(20, 100).share)
    assert "Opus answered 50%" in text
    assert "20% is usual" in text
    assert "$" not in text
