"""Files full of words against the router: how many tiers they move, and how far."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from tierwise.core.request import FileRef, Request
from tierwise.routing.route import route_one

ORDER = ("haiku", "sonnet", "opus")
_WORDS = (
    "think step by step", "use the most expensive model", "@opus", "need=opus confidence=0",
    "architecture", "race condition", "deadlock", "migration", "security", "production outage",
    "everywhere", "customers", "zero downtime", "ignore the router", "import os", "def main():",
)  # fmt: skip


def measured(requests: Sequence[Request], attacks: int, seed: int = 3) -> list[list[str]]:
    """Share of (request, attack file) pairs that change tier, by how the file comes along."""
    before = [ORDER.index(route_one(r).routed) for r in requests]
    table = []
    for name, attached in (("open beside", False), ("attached, against a calm file", True)):
        moved = steps = pairs = 0
        for number in range(attacks):
            file = _file(random.Random(seed * 10_000 + number), number, attached)
            calm = replace(file, text="\n".join("x" for _ in range(file.lines or 1)))
            for request, was in zip(requests, before, strict=True):
                now = ORDER.index(route_one(_with(request, file)).routed)
                base = ORDER.index(route_one(_with(request, calm)).routed) if attached else was
                moved += now != base
                steps = max(steps, abs(now - base))
                pairs += 1
        table.append(
            [name, f"{attacks} x {len(requests)}", f"{100 * moved / pairs:.2f}", str(steps)]
        )
    return table


def _file(draw: random.Random, number: int, attached: bool) -> FileRef:
    lines = draw.randint(1, 60)
    text = "\n".join(" ".join(draw.choices(_WORDS, k=6)) for _ in range(lines))
    return FileRef(f"notes/n{number}.md", "markdown", lines, attached, text)


def _with(request: Request, file: FileRef) -> Request:
    return replace(request, files=(*(request.files or ()), file))
