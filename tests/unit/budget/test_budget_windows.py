"""Several windows on one ledger: the cap holds, and what was acknowledged survives a kill.

Small runs of what `tests.soak.soak_ledger` does at length.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

import pytest
from tests.soak.soak_ledger import WINDOWS, kill_many, race_once
from tests.soak.soak_ledger_workers import Nursery

RACES = 12
KILLS = 40

pytestmark = pytest.mark.timeout(400)
"""The ledger waits for the disk, which may be busy with others' work."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as opened:
        yield opened


def test_eight_windows_never_cross_a_cap_and_use_it_up(nursery: Nursery) -> None:
    rng = random.Random(2)
    races = [race_once(nursery, n + 1, rng.randint(4, 8) * 250_000_000) for n in range(RACES)]
    assert [race for race in races if race.spent > race.cap] == []
    assert all(race.consistent for race in races)
    assert min(race.used for race in races) >= 0.97
    assert statistics.median(race.used for race in races) >= 0.99


def test_killed_windows_lose_and_double_nothing(nursery: Nursery) -> None:
    found = kill_many(nursery, KILLS, seed=9, deadline=time.monotonic() + 300)
    assert found.kills == KILLS + WINDOWS - 1
    assert found.acknowledged > 0, "some writes were acknowledged before their window was killed"
    assert (found.lost, found.doubled) == (0, 0)
    assert found.sound
    assert found.consistent, "the sums equal the reservations, and nothing stays open"
