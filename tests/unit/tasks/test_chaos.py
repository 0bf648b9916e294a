"""A seeded sample of the chaos runs; `make soak` makes a thousand."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak_chaos import chaos


async def test_whatever_the_server_does_every_run_ends_in_time_and_is_paid_for(
    tmp_path: Path,
) -> None:
    tally = await chaos(tmp_path, runs=60, seed=11, at_once=20, slack=15.0)
    assert tally.wrong == []
    assert sum(tally.states.values()) == 60
    assert {"proposed", "answered", "failed"} <= set(tally.states)
    assert 30 <= tally.calls <= 180
