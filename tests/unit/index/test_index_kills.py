"""A child that is killed, or a tree that is another one at once, costs time and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.support import index_kills as kills

from tierwise.index.project import ProjectIndex


@pytest.mark.parametrize("seed", range(2))
async def test_kills_and_switches_leave_a_sound_index_and_no_process(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    root = tmp_path / "project"
    index = ProjectIndex(root, tmp_path / "state")
    kills.write(root, rng, 40)
    for _ in range(4):
        await index.refresh(rng.choice((0, 20, 200)))
        if rng.random() < 0.5:
            kills.write(root, rng, 40)
        await kills.kill(index)
        assert await kills.stale(index, root) == []
    state = await index.ready()
    assert (state.state, state.files) == ("ready", state.indexed)
    assert state.files == len(list(root.rglob("*.py")))
    assert await kills.stale(index, root) == []
    await index.close()
    assert kills.sound(index.database)
    assert kills.children() == []
