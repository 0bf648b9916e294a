"""Files full of words against the router: how many tiers they move, and how far."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tierwise.core.request import FileRef, Request
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import policy
from tierwise.routing.estimate import estimate
from tierwise.routing.signals import measure
from tierwise.routing.weights import load
from tierwise.syntax import structure

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
            router = _Router(request)
            before = router.tier(request)
            for file, quiet in zip(files, calm, strict=True):
                now = router.tier(_with(request, file))
                base = router.tier(_with(request, quiet)) if attached else before
                moved += now != base
                steps = max(steps, abs(now - base))
        pairs = attacks * len(requests)
        table.append(
            [name, f"{attacks} x {len(requests)}", f"{100 * moved / pairs:.2f}", str(steps)]
        )
    return table


class _Router:
    """Tiers of one request beside many files: its selection is parsed once, as an editor does,
    every file is measured, and equal signals are decided once."""

    def __init__(self, request: Request) -> None:
        selection = request.selection
        self.structure = None
        if selection is not None and selection.text:
            self.structure = structure.measure(selection.text, selection.language)
        self.weights = load()
        self.situation = Situation()
        self.known: dict[Any, int] = {}

    def tier(self, request: Request) -> int:
        """The place of the tier a request is routed to."""
        found = measure(request, self.structure, self.weights)
        key = (tuple(found.values.values()), found.unknown, found.text_scores)
        if key not in self.known:
            estimated = estimate(found, self.weights, DEFAULT_LADDER)
            routed = policy.decide(found, estimated, self.situation).routed
            self.known[key] = DEFAULT_LADDER.rank(routed)
        return self.known[key]


def _file(draw: random.Random, number: int, attached: bool) -> FileRef:
    lines = draw.randint(1, 60)
    text = "\n".join(" ".join(draw.choices(_WORDS, k=6)) for _ in range(lines))
    return FileRef(f"notes/n{number}.md", "markdown", lines, attached, text)


def _with(request: Request, file: FileRef) -> Request:
    return replace(request, files=(*(request.files or ()), file))
