"""Both ways of cancelling a chat end the paid call and book what it used, at any moment."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak_cancel import MOMENTS, WAYS, cancels


async def test_a_cancel_ends_the_call_and_books_it_by_either_way(tmp_path: Path) -> None:
    tally = await cancels(tmp_path, len(MOMENTS), seed=3)
    assert tally.wrong == []
    assert all(len(tally.took[way]) == len(MOMENTS) for way in WAYS)
    assert max(max(took) for took in tally.took.values()) < 5_000, "the bar is in the soak"
