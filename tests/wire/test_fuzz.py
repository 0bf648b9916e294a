"""A sample of the generated messages of `make fuzz`: alive, nothing owed, nothing twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.support.fuzzing import fuzz
from tests.support.generated import Generator


@pytest.mark.parametrize("seed", [2026, 2028])
async def test_a_thousand_generated_messages_leave_nothing_owed(
    env: dict[str, str], workspace: Path, seed: int
) -> None:
    if seed % 4:
        del env["ANTHROPIC_API_KEY"]
    verdict = await fuzz(env, workspace, seed, 1_000)
    assert verdict.sent == 1_000
    assert verdict.clean, verdict


def test_a_seed_makes_the_same_messages_and_another_makes_others() -> None:
    def made(seed: int) -> list[bytes]:
        generator = Generator(seed, "file:///a.py")
        return [generator.make().data for _ in range(200)]

    state = random.getstate()
    assert made(1) == made(1) != made(2)
    assert random.getstate() == state, "the messages depend on their seed alone"
