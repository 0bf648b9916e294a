"""Neutral talk around a wish: how many requests it moves, by frames that taught nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tierwise.core.request import Request
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing.fit import rows
from tierwise.routing.route import route_one

OWN = Path(__file__).with_name("frames_held.tsv")


@dataclass(frozen=True, slots=True)
class Moves:
    """Of the requests on the cheapest tier and of the others: tried, moved up, to the top, down."""

    low: int
    up: int
    top: int
    others: int
    down: int


def held() -> list[tuple[str, str]]:
    """Frames that teach nothing: our own, and the shared ones kept back where there are any."""
    lines = OWN.read_text(encoding="utf-8").splitlines()
    told = [line.split("\t") for line in lines if line[:1] != "#"]
    return [(before, after) for _, before, after in told] + rows.frames(held=True)


def moved(requests: Sequence[Request], frames: Sequence[tuple[str, str]]) -> Moves:
    """Each request in some of the frames, spread so that each frame meets as many."""
    rank = DEFAULT_LADDER.rank
    low = up = top = others = down = 0
    for number, request in enumerate(requests):
        plain = rank(route_one(request).routed)
        for step in range(2):
            before, after = frames[(2 * number + step) % len(frames)]
            framed = replace(request, instruction=f"{before} {request.instruction} {after}".strip())
            now = rank(route_one(framed).routed)
            low += plain == 0
            up += plain == 0 < now
            top += plain == 0 and now == 2
            others += plain > 0
            down += now < plain
    return Moves(low, up, top, others, down)
