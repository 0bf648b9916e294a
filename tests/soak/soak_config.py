"""`python -m tests.soak.soak_config --mistakes 500`: files with one mistake, written at any time.

Every other file is written while a window is open. Each names a server of its own and caps.
Whatever is wrong in it, no request may reach the default address, and none may be made with
other caps, tiers or ignore patterns than those that were written. Prints one line of figures;
exits 1 when any of that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support import config_mistakes
from tests.support.config_mistakes import GOOD, MistakenFile
from tests.support.window import Window

from tierwise.core.errors import NotConfigured, TierwiseError
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.errors import sentence
from tierwise.tasks.api import ChatParams

ENV: Final = {"LOCAL_KEY": "local-key-of-nobody"}


@dataclass
class Tally:
    """What became of the files; `wrong` says what must not be."""

    held: int = 0
    kept: int = 0
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


async def mistakes(folder: Path, count: int, seed: int) -> Tally:
    """So many files with a mistake, every other one written while a window is open."""
    dice, tally = random.Random(seed), Tally()
    own, default = await RehearsalServer().start(), await RehearsalServer().start()
    try:
        for number in range(count):
            file = config_mistakes.mistaken(dice, own.base_url)
            tally.kinds[file.kind] += 1
            place = folder / str(number)
            place.mkdir()
            await _one(place, file, own, default, tally, running=number % 2 == 1)
            if default.connections:
                tally.wrong.append(f"{file.kind}: {file.at}: the default address was asked")
                default.connections = 0
    finally:
        await own.close()
        await default.close()
    return tally


async def _one(
    place: Path,
    file: MistakenFile,
    own: RehearsalServer,
    default: RehearsalServer,
    tally: Tally,
    *,
    running: bool,
) -> None:
    good = GOOD.format(own=own.base_url)
    path = place / "config.toml"
    window = await Window.open(place, default, good, ENV)
    meant = window.app.world.window.settings.own
    if not running:
        await window.close()
        window = await _opened(place, default, file)
    else:
        path.write_bytes(file.data)
    own.requests.clear()
    try:
        await window.app.chat(ChatParams("hello there, what is this", tier=None))
        ended = "answered"
    except NotConfigured as error:
        ended = sentence(error)
    except TierwiseError as error:
        ended = error.name
    settings = window.app.world.window.settings
    await window.close()
    what = f"{file.kind}: {file.at}{' (running)' if running else ''}"
    if own.requests:
        tally.answered += 1
        now = settings.own
        same = (
            now.budget == meant.budget and now.tiers == meant.tiers and now.ignore == meant.ignore
            and now.max_tier == meant.max_tier and now.prices == meant.prices
        )  # fmt: skip
        if not same:
            tally.wrong.append(f"{what}: asked with another configuration: {now}")
        tally.kept += any("stays in force" in notice for notice in settings.notices)
    else:
        tally.held += 1
        if "config.toml" not in ended and "prices" not in ended:
            tally.wrong.append(f"{what}: held without a word: {ended}")
        if running:
            tally.wrong.append(f"{what}: the last good configuration was not kept: {ended}")
        if "sk-local" in ended:
            tally.wrong.append(f"{what}: a key was shown")


async def _opened(place: Path, default: RehearsalServer, file: MistakenFile) -> Window:
    """A window that starts on a file of these bytes."""
    return await Window.open(place, default, file.data, ENV)


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mistakes", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(mistakes(Path(folder), given.mistakes, given.seed))
    print(
        f"{given.mistakes} files of {len(tally.kinds)} kinds in {time.monotonic() - began:.0f} s:"
        f" {tally.held} held, {tally.answered} answered with all that was written"
        f" ({tally.kept} by the configuration as it was); {len(tally.wrong)} wrong"
    )
    for line in tally.wrong[:20]:
        print(" ", line)
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
