"""Kills and branch switches by the hundred: `python -m tests.soak.soak_index --kills 200`.

A small tree is written anew again and again while the child that reads it is killed at random
moments; each time the rows that are served are held against the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.support import index_kills

from tierwise.index.project import ProjectIndex

FILES = 120


async def soak(kills: int, switches: int, seed: int) -> int:
    """How many rows were stale, with what else went wrong printed."""
    rng = random.Random(seed)
    wrong = killed = switched = 0
    with tempfile.TemporaryDirectory() as home:
        root, state = Path(home) / "project", Path(home) / "state"
        index_kills.write(root, rng, FILES)
        index = ProjectIndex(root, state)
        while killed < kills or switched < switches:
            await index.refresh(rng.choice((0, 10, 50, 300)))
            if switched < switches and rng.random() < 0.3:
                index_kills.write(root, rng, FILES)
                switched += 1
            killed += await index_kills.kill(index)
            wrong += len(await index_kills.stale(index, root))
            if (await index.status()).state == "off":
                await index.close()
                index = ProjectIndex(root, state)
        await index.close()
        index = ProjectIndex(root, state)
        ended = await index.ready()
        wrong += len(await index_kills.stale(index, root))
        await index.close()
        whole = ended.complete and ended.files == len(list(root.rglob("*.py")))
        sound, left = index_kills.sound(index.database), index_kills.children()
    print(
        f"{killed} kills, {switched} switches: {wrong} stale rows, database"
        f" {'sound' if sound else 'DAMAGED'}, {len(left)} processes left,"
        f" {'complete' if whole else 'INCOMPLETE'} afterwards"
    )
    return 0 if not wrong and sound and whole and not left else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--switches", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(soak(given.kills, given.switches, given.seed)))


if __name__ == "__main__":
    main()
