"""A seeded sample of files with a mistake; `make test-wires` tries five hundred."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak_config import mistakes


async def test_no_mistake_sends_a_request_elsewhere_or_loses_a_cap(tmp_path: Path) -> None:
    tally = await mistakes(tmp_path, count=40, seed=5)
    assert tally.wrong == []
    assert tally.held >= 10
    assert tally.kept >= 8
