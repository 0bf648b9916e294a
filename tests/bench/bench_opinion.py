"""`python -m tests.bench.bench_opinion REQUESTS.jsonl`: how good the second opinion is.

Asks the cheapest tier about labelled requests (`need`), exactly as a task would, and compares
its answer with the label and with the offline decision. It needs a key and costs about $0.05
per thousand requests; `--limit` bounds it. Without a key it says so and exits 2.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tierwise.budget.prices import PriceTable
from tierwise.core.errors import TierwiseError
from tierwise.core.money import to_usd
from tierwise.core.request import Request
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.models import opinion
from tierwise.models.call import Deadlines, Finished, Trace
from tierwise.models.client import ModelClient
from tierwise.present.errors import sentence
from tierwise.routing import instruction
from tierwise.routing.route import parse_request, route_one
from tierwise.tasks.calling.opinion import WITHIN

AT_ONCE: Final = 8
PRICES: Final = PriceTable.load()
PATIENT: Final = 20.0
"""Seconds an answer may take here, so that a late one is still scored and counted as late."""


@dataclass(frozen=True)
class Scored:
    """One request: its label, the offline decision, the opinion, and what that took."""

    need: str
    first: str
    routed: str
    said: str | None
    seconds: float
    nanos: int


async def ask(client: ModelClient, request: Request, need: str) -> Scored:
    """The opinion on one request."""
    tier = replace(DEFAULT_LADDER.tiers[0], effort="low")
    decision = route_one(request)
    asked = instruction.read(request.instruction)
    prompt = opinion.prompt(request, asked.wish, asked.pasted_lines, DEFAULT_LADDER)
    trace, began, said = Trace(), time.perf_counter(), None
    deadlines = Deadlines(attempt=PATIENT)
    events = client.stream(
        tier, prompt, max_tokens=opinion.MAX_TOKENS, deadlines=deadlines, trace=trace
    )
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    said = opinion.read(event.result.text, DEFAULT_LADDER)
    except TierwiseError as error:
        print(f"  {request.id}: {sentence(error)}", file=sys.stderr)
    took = time.perf_counter() - began
    nanos = PRICES.cost(tier.model, trace.bill, datetime.now(UTC)) if trace.bill is not None else 0
    return Scored(need, decision.first, decision.routed, said, took, nanos)


def report(scored: list[Scored]) -> None:
    """Print what came of it."""
    rank = DEFAULT_LADDER.rank
    unsure = [s for s in scored if s.first != s.routed]
    for name, rows in (("all requests", scored), ("where the router is unsure", unsure)):
        answered = [s for s in rows if s.said is not None]
        if not answered:
            print(f"{name}: no answers")
            continue
        exact = sum(s.said == s.need for s in answered) / len(answered)
        under = sum(rank(s.said or "opus") < rank(s.need) for s in answered) / len(answered)
        offline = sum(s.routed == s.need for s in rows) / len(rows)
        print(
            f"{name}: {len(answered)} of {len(rows)} answered; right {exact:.1%}, too low"
            f" {under:.1%}; offline right {offline:.1%}"
        )
    late = sum(s.seconds > WITHIN for s in scored) / len(scored)
    took = statistics.median(s.seconds for s in scored)
    cost = to_usd(sum(s.nanos for s in scored)) / len(scored)
    said = Counter(s.said or "nothing" for s in scored)
    print(f"median {took * 1000:.0f} ms, {late:.1%} later than {WITHIN * 1000:.0f} ms")
    print(f"${cost:.6f} a request; said: {dict(said)}")
    print("P(said | needed), to be shipped as learning/opinions.py starts:")
    for needed in DEFAULT_LADDER.names:
        row = Counter(s.said for s in scored if s.need == needed and s.said is not None)
        shares = {name: round(row[name] / max(1, row.total()), 3) for name in DEFAULT_LADDER.names}
        print(f"  {needed}: {shares} of {row.total()}")


async def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.bench_opinion")
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    given = parser.parse_args()
    client = ModelClient(os.environ)
    if client.key(DEFAULT_LADDER.tiers[0]) is None:
        print("No key, so no second opinion to score: set ANTHROPIC_API_KEY.", file=sys.stderr)
        sys.exit(2)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(row: dict[str, object]) -> Scored:
        async with gate:
            return await ask(client, parse_request(row), str(row["need"]))

    lines = given.file.read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("need") in DEFAULT_LADDER]
    step = max(1, len(rows) // given.limit)
    report(await asyncio.gather(*(one(row) for row in rows[::step][: given.limit])))


if __name__ == "__main__":
    asyncio.run(main())
