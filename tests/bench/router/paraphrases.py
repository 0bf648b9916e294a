"""The same wish in other words: how many tiers that flips, on pairs of our own."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tests.bench.router import report

from tierwise.core.request import Action, FileRef, Request, Selection
from tierwise.routing.route import route_one

PAIRS = Path(__file__).with_name("paraphrases.tsv")
ORDER = ("haiku", "sonnet", "opus")


def pairs() -> list[tuple[Request, Request]]:
    """Each wish in two wordings, with the same selection beside it."""
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    return [_pair(line) for line in lines if line[:1] != "#"]


def flipped() -> list[tuple[str, str, int]]:
    """The pairs whose tiers differ, with the steps between them."""
    found = []
    for one, other in pairs():
        steps = ORDER.index(route_one(one).routed) - ORDER.index(route_one(other).routed)
        if steps:
            found.append((one.instruction, other.instruction, abs(steps)))
    return found


def table() -> str:
    """Pairs, the share that flips, and by how far at most."""
    every, differ = len(pairs()), flipped()
    line = [str(every), f"{100 * len(differ) / every:.1f}",
            str(max((steps for *_, steps in differ), default=0))]  # fmt: skip
    return report.table(["pairs", "tiers flipped, %", "most steps"], [line])


def _pair(line: str) -> tuple[Request, Request]:
    action, selected, one, other = line.split("\t")
    lines = int(selected)
    selection = None
    if lines:
        text = "\n".join(["x = f(y)"] * lines)
        selection = Selection("src/a.py", "python", 1, lines, text, 200)
    files = (FileRef("src/a.py", "python", 200),)
    return tuple(  # type: ignore[return-value]
        Request(cast(Action, action), wish, selection=selection, files=files, diagnostics=(),
                tools=(), turn=0)
        for wish in (one, other)
    )  # fmt: skip
