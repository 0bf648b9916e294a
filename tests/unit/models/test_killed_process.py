"""The long run that kills the model process, run short: it works, and finds nothing wrong."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak_model_process import kills


async def test_tasks_end_in_a_named_state_and_booked_when_the_process_is_killed(
    tmp_path: Path,
) -> None:
    assert await kills(tmp_path, 2) == 0
