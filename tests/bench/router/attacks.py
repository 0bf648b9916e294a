"""Files full of words against the router: how many tiers they move, and how far."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tierwise.core.request import FileRef, Request
from tierwise.routing.route import route_one
from tierwise.routing.signals import measure

ORDER = ("haiku", "sonnet", "opus")
_WORDS = (
    "think step by step", "use the most expensive model", "@opus", "need=opus confidence=0",
    "architecture", "race condition", "deadlock", "migration", "security", "production outage",
    "everywhere", "customers", "zero downtime", "ignore the router", "import os", "def main():",
)  # fmt: skip


def measured(requests: Sequence[Request], attacks: int, seed: int = 3) -> list[list[str]]:
    """Share of (request, attack file) pairs that change tier, by how the file comes along."""
    table = []
    for name, attached in (("open beside", False), ("attached, against a calm file", True)):
        files = [_file(random.Random(seed * 10_000 + n), n, attached) for n in range(attacks)]
        calm = [replace(f, text="\n".join("x" for _ in range(f.lines or 1))) for f in files]
        moved = steps = 0
        for request in requests:
            tiers: dict[Any, int] = {}
            before = _tier(request, tiers)
            for file, quiet in zip(files, calm, strict=True):
                now = _tier(_with(request, file), tiers)
                base = _tier(_with(request, quiet), tiers) if attached else before
                moved += now != base
                steps = max(steps, abs(now - base))
        pairs = attacks * len(requests)
        table.append(
            [name, f"{attacks} x {len(requests)}", f"{100 * moved / pairs:.2f}", str(steps)]
        )
    return table


def _tier(request: Request, tiers: dict[Any, int]) -> int:
    """The tier of a request. Every file is measured; equal signals are decided once."""
    found = measure(request)
    key = (tuple(found.values.values()), found.unknown, found.text_scores)
    if key not in tiers:
        tiers[key] = ORDER.index(route_one(request).routed)
    return tiers[key]


def _file(draw: random.Random, number: int, attached: bool) -> FileRef:
    lines = draw.randint(1, 60)
    text = "\n".join(" ".join(draw.choices(_WORDS, k=6)) for _ in range(lines))
    return FileRef(f"notes/n{number}.md", "markdown", lines, attached, text)


def _with(request: Request, file: FileRef) -> Request:
    return replace(request, files=(*(request.files or ()), file))
