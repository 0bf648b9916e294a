"""Kills around the moment a request leaves: nothing is sent twice, nothing sent is unbooked.

`python -m tests.soak.soak_sent [--kills N]` runs windows of the real engine on one ledger
against a loopback server, kills them at random moments and asks the same tasks again under
their ids. Then it holds what the server got against what the ledger says. Exits 1 when a
request arrived without a reservation of its own, or was not booked.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.soak.soak_ledger_workers import Nursery, Order, purse_on
from tests.support.loopback import Loopback

WINDOWS = 3
LIFE_S = 1.0
"""A window is killed within this many seconds after it has opened: before, in and after a call.

Its first task takes about half a second, with what is imported for it."""
MARK = re.compile(r"note (soak-\d+)")


@dataclass(frozen=True)
class Found:
    """What the kills left. `twice` and `unbooked` must be 0; tasks are the ids used again."""

    kills: int
    requests: int
    tasks: int
    twice: int
    unbooked: int
    given_back: int
    assumed: int
    settled: int
    kept: int
    unkept: int

    @property
    def good(self) -> bool:
        return not (self.twice or self.unbooked or self.unkept) and self.requests > 0


def kill_many(kills: int, seed: int, deadline: float) -> Found:
    """Kill windows at random moments, start others, then account for every request."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name, Loopback() as model, Nursery() as nursery:
        folder, following, done = Path(name), seed * 1_000_000, 0
        (folder / "url").write_text(model.base_url)
        model.faults(default={"delay": 0.004, "pings": 1})
        running: list[int] = []
        while done < kills and time.monotonic() < deadline:
            while len(running) < WINDOWS:
                following += 1
                nursery.start(Order("send", name, 0, following))
                running.append(following)
            victim = running.pop(0)
            _wait_for(folder / f"ready-{victim}", deadline)
            time.sleep(rng.uniform(0.0, LIFE_S))
            nursery.kill(victim)
            done += 1
        for each in running:
            nursery.kill(each)
        return asyncio.run(_account(folder, done + len(running), model))


def _wait_for(path: Path, deadline: float) -> None:
    """Wait until a window has opened; what is killed before has sent nothing."""
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.002)


async def _account(folder: Path, kills: int, model: Loopback) -> Found:
    purse = purse_on(folder / "state", None)
    await purse.reap()
    await purse.ledger.close()
    arrived = Counter(
        found.group(1) for body in model.requests() if (found := MARK.search(str(body)))
    )
    with closing(sqlite3.connect(folder / "state" / "ledger.db")) as raw:
        rows = raw.execute(
            "SELECT task_id, state, cost, sent_ms FROM reservations WHERE action <> 'opinion'"
        ).fetchall()
    assert not any(state == "open" for _, state, _, _ in rows)
    sent = Counter(task for task, _, _, at in rows if at)
    booked = Counter(task for task, state, cost, _ in rows if state != "released" and cost > 0)
    states = Counter(state for _, state, _, _ in rows)
    settled = {task for task, state, _, _ in rows if state == "settled"}
    kept = {task for task in settled if (folder / "state/content" / task / "answer.md").exists()}
    return Found(
        kills=kills,
        requests=sum(arrived.values()),
        tasks=len({task for task, *_ in rows}),
        twice=sum(max(0, n - sent[task]) for task, n in arrived.items()),
        unbooked=sum(max(0, n - booked[task]) for task, n in arrived.items()),
        given_back=states["released"],
        assumed=states["assumed"],
        settled=states["settled"],
        kept=len(kept),
        unkept=len(settled - kept),
    )


def main() -> int:
    """Run the kills; 0 when nothing was sent twice or left unbooked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=20.0)
    asked = parser.parse_args()
    found = kill_many(asked.kills, 18, time.monotonic() + asked.minutes * 60)
    print(found, flush=True)
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
