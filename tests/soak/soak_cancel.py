"""`python -m tests.soak.soak_cancel --cancels 50`: both ways of cancelling a chat, over stdio.

The real server streams from a loopback model; a cancel must close that connection and book what
was used. Prints the time from the cancel's bytes to the closed connection, worst and middle,
for each way; exits 1 when the worst is above 50 ms or anything was not booked.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

WAYS: Final = ("task/cancel", "$/cancelRequest")
BAR_MS: Final = 50.0
MOMENTS: Final = {
    "before the head": Fault(first_delay=60),
    "before the first event": Fault(after=0, how="stall"),
    "while it thinks": Fault(thinking="hm " * 9_000, delay=0.01, pings=200),
    "in the middle": Fault(text="word " * 20_000, delay=0.005),
    "between comments": Fault(comments=2_000, delay=0.02),
    "in the silence after some words": Fault(text="word " * 40, after=6, how="stall"),
}
"""What the model does when the cancel comes."""


@dataclass
class Tally:
    """How long each cancel took, in milliseconds by way; `wrong` says what must not be."""

    took: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    wrong: list[str] = field(default_factory=list)


async def cancels(folder: Path, count: int, seed: int) -> Tally:
    """So many cancels by each way, one after the other, on one server."""
    dice, tally = random.Random(seed), Tally()
    model = await RehearsalServer().start()
    (folder / "config.toml").write_text(
        "[timeouts]\nfirst_event = 60\nbetween_events = 60\n", encoding="utf-8"
    )
    rpc = await Rpc.start({
        "TIERWISE_STATE_DIR": str(folder / "state"),
        "TIERWISE_CONFIG": str(folder / "config.toml"),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": model.base_url,
    })  # fmt: skip
    try:
        flags = {"experimental": {"tierwise": {"chat": True, "task": True}}}
        await rpc.initialize(capabilities=flags)
        await rpc.request("tierwise/chat/send", {"prompt": "hello", "taskId": "first"})
        for number in range(count):
            moments = list(MOMENTS)
            moment = moments[number % len(moments)]
            for way in WAYS:
                await _one(rpc, model, f"{number}-{WAYS.index(way)}", way, moment, dice, tally)
        await rpc.stop()
    finally:
        await rpc.kill()
        await model.close()
    return tally


async def _one(
    rpc: Rpc,
    model: RehearsalServer,
    task_id: str,
    way: str,
    moment: str,
    dice: random.Random,
    tally: Tally,
) -> None:
    model.faults.default = MOMENTS[moment]
    asked, gone = len(model.requests), len(model.gone)
    request = rpc.post(
        "tierwise/chat/send", {"prompt": f"count the words {task_id}", "taskId": task_id}
    )
    await _until(lambda: len(model.requests) > asked)
    await asyncio.sleep(dice.uniform(0.05, 0.3))
    began = time.perf_counter()
    if way == "task/cancel":
        rpc.post("tierwise/task/cancel", {"taskId": task_id})
    else:
        rpc.notify("$/cancelRequest", {"id": request})
    await _until(lambda: len(model.gone) > gone)
    tally.took[way].append((model.gone[gone] - began) * 1000)
    try:
        reply = await rpc.response(request)
        if way != "task/cancel" or reply["stopReason"] != "cancelled":
            tally.wrong.append(f"{way}, {moment}: answered {reply.get('stopReason')}")
        elif reply["usage"]["costUsd"] <= 0:
            tally.wrong.append(f"{way}, {moment}: nothing was booked")
    except RpcError as error:
        if way == "task/cancel" or error.code != -32800:
            tally.wrong.append(f"{way}, {moment}: {error}")
    await rpc.until(lambda: _state(rpc, task_id) == "cancelled")
    history = await rpc.request("tierwise/history/query", {"limit": 1})
    latest = history["tasks"][0]
    if latest["taskId"] != task_id or latest["costUsd"] <= 0 or latest["state"] != "cancelled":
        tally.wrong.append(f"{way}, {moment}: the ledger says {latest['costUsd']}")
    if len(model.requests) != asked + 1:
        tally.wrong.append(f"{way}, {moment}: asked {len(model.requests) - asked} times")


def _state(rpc: Rpc, task_id: str) -> str | None:
    mine = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
    return mine[-1]["state"] if mine else None


async def _until(holds: object) -> None:
    """Wait until something holds, thirty seconds at most."""
    assert callable(holds)
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.002)


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cancels", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(cancels(Path(folder), given.cancels, given.seed))
    worst = 0.0
    for way, took in tally.took.items():
        worst = max(worst, *took)
        print(
            f"{way}: {len(took)} cancels, connection closed after {statistics.median(took):.1f} ms"
            f" in the middle, {max(took):.1f} ms at worst"
        )
    for line in tally.wrong[:20]:
        print(" ", line)
    return 1 if tally.wrong or worst > BAR_MS else 0


if __name__ == "__main__":
    sys.exit(main())
