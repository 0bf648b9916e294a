"""A child that is killed, or a tree that is another one at once, costs time and nothing else."""

from __future__ import annotations

import asyncio
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


async def test_another_window_takes_over_when_the_reader_dies(tmp_path: Path) -> None:
    """Two windows share one index; whoever is left reads the rest."""
    root = tmp_path / "project"
    kills.write(root, random.Random(7), 120)
    first, second = (ProjectIndex(root, tmp_path / "state") for _ in range(2))
    await first.refresh(0)
    waiting = asyncio.create_task(second.ready())
    await kills.kill(first)
    state = await waiting
    assert (state.state, state.indexed) == ("ready", len(list(root.rglob("*.py"))))
    assert (await first.status()).indexed == state.indexed
    (root / "part0" / "late.py").write_text("def late_one():\n    return 1\n", encoding="utf-8")
    await asyncio.gather(first.ready(), second.ready())
    for index in (first, second):
        assert [found.path for found in await index.definitions("late_one")] == ["part0/late.py"]
        await index.close()
    assert kills.sound(first.database)
    assert kills.children() == []
