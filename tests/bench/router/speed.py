"""How long a decision takes, bare and with 16,000 characters selected; and how steady it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from tierwise.core.request import Request, Selection
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import policy, signals
from tierwise.routing.estimate import estimate
from tierwise.routing.explain import why
from tierwise.routing.weights import load
from tierwise.syntax import structure

SELECTED = 16_000


def code() -> str:
    """About 16,000 characters of Python."""
    part = (
        "def f{n}(a, b):\n    for x in a:\n        if x > b:\n            b += g(x)\n    return b\n"
    )
    text, n = "", 0
    while len(text) < SELECTED:
        text += part.format(n=n)
        n += 1
    return text[:SELECTED]


def measured(requests: Sequence[Request]) -> list[list[str]]:
    """p50 and p99 in milliseconds of each part."""
    weights, facts, text = load(), Situation(), code()
    bare = [replace(r, selection=None) for r in requests]
    wide = [
        replace(r, selection=Selection("a.py", "python", text=f"{text}# {i}\n"))
        for i, r in enumerate(requests[:100])
    ]
    kept = structure.measure(text, "python")
    known = [signals.measure(r) for r in bare]

    def decide(i: int) -> None:
        policy.decide(known[i], estimate(known[i], weights, DEFAULT_LADDER), facts)

    def tell(i: int) -> None:
        signs = why(known[i], weights)
        policy.decide(known[i], estimate(known[i], weights, DEFAULT_LADDER), facts, signs=signs)

    return [
        ["signals, bare", *_spread(lambda i: signals.measure(bare[i]), len(bare))],
        ["signals, 16,000 selected, cold", *_spread(lambda i: signals.measure(wide[i]), len(wide))],
        [
            "signals, 16,000 selected, cached",
            *_spread(lambda i: signals.measure(wide[i], kept), len(wide)),
        ],
        ["estimate and policy", *_spread(decide, len(bare))],
        ["estimate, policy and reasons", *_spread(tell, len(bare))],
        ["import of routing", *_imported()],
    ]  # fmt: skip


def _spread(work: Callable[[int], object], count: int) -> list[str]:
    work(0)
    taken = []
    for i in range(count):
        start = time.perf_counter()
        work(i)
        taken.append(1e3 * (time.perf_counter() - start))
    taken.sort()
    return [f"{taken[len(taken) // 2]:.2f}", f"{taken[int(0.99 * (len(taken) - 1))]:.2f}"]


def _imported() -> list[str]:
    program = (
        "import time; t = time.perf_counter(); import tierwise.routing.route;"
        " print(time.perf_counter() - t)"
    )
    runs = sorted(
        1e3 * float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                                   check=True).stdout)
        for _ in range(5)
    )  # fmt: skip
    return [f"{runs[2]:.0f}", f"{runs[-1]:.0f}"]
