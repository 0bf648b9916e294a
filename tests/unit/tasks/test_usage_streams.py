"""A seeded sample of servers that lie about usage; `make test-wires` runs two thousand."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak_usage import usage_streams_booked


async def test_what_is_booked_is_the_truth_or_more_and_no_cap_is_crossed(tmp_path: Path) -> None:
    tally = await usage_streams_booked(tmp_path, streams=60, seed=7)
    assert tally.wrong == []
    assert tally.exact >= 10
    assert tally.bounded >= 20
    assert tally.refused >= 1
