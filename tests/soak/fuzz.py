"""Generated messages against the real server over stdio, in shards of one process each.

Run as `python -m tests.soak.fuzz --messages 50000 --seed 1`; the exit code is 1 if a server
died, got stuck, left a request unanswered or answered one twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.support.fuzzing import Verdict, fuzz

from tierwise.models.rehearsal.server import RehearsalServer

SHARD = 2_500
"""Messages one server gets before the next is started."""


async def shard(seed: int, messages: int) -> Verdict:
    """One server in a folder of its own; every fourth has a model and a key to spend with."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        root.mkdir()
        (Path(folder) / "config.toml").write_text("[budget]\nday_usd = 0.5\n", encoding="utf-8")
        env = {
            "TIERWISE_STATE_DIR": str(Path(folder) / "state"),
            "TIERWISE_CONFIG": str(Path(folder) / "config.toml"),
        }
        model = await RehearsalServer().start()
        if seed % 4 == 0:
            env |= {"ANTHROPIC_API_KEY": "key-of-nobody", "ANTHROPIC_BASE_URL": model.base_url}
        try:
            return await fuzz(env, root, seed, messages)
        finally:
            await model.close()


def growth(verdict: Verdict) -> int:
    """Megabytes a server grew from its first check (all loaded) to its last."""
    figures = verdict.kilobytes
    return (figures[-1] - figures[0]) // 1024 if len(figures) > 1 else 0


async def main(messages: int, seed: int) -> int:
    """Run the shards one after another and print what came of them."""
    found: list[tuple[int, Verdict]] = []
    began = time.monotonic()
    for number in range(-(-messages // SHARD)):
        part = min(SHARD, messages - number * SHARD)
        verdict = await shard(seed + number, part)
        found.append((seed + number, verdict))
        said = "clean" if verdict.clean else f"NOT CLEAN {verdict}"
        print(f"shard {seed + number}: {verdict.sent:,} messages, {said}", flush=True)
    verdicts = [v for _, v in found]
    print(json.dumps({
        "messages": sum(v.sent for v in verdicts),
        "servers": len(verdicts),
        "dead": sum(v.died_after is not None for v in verdicts),
        "stuck": sum(v.stuck_after is not None for v in verdicts),
        "unanswered": sum(len(v.lost) for v in verdicts),
        "answeredTwice": sum(len(v.doubled) for v in verdicts),
        "internalErrors": sum(len(v.internal) for v in verdicts),
        "rssGrowthMb": max((growth(v) for v in verdicts), default=0),
        "seconds": round(time.monotonic() - began),
        "seed": seed,
    }))  # fmt: skip
    return 0 if all(v.clean for v in verdicts) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.messages, given.seed)))
