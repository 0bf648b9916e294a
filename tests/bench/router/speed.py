"""What a decision takes, bare and with 16,000 characters selected, in processor time: what else
runs on the machine does not count."""

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
ODD = (
    "x", "a-b", "a/b/", "fooBar", "\0", "🎉", "أعد تسمية ", "関数を直して。", ". ", "a: ", "1,2.3 ",
    "what x ", "```\n", "    if x: {y};\n", "word ", "summarize this: ", "a -> b ",
)  # fmt: skip
"""What odd texts are made of, each of one piece over and over."""


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
        *(
            [f"signals, {size:,} odd characters", *_odd(size)]
            for size in (SELECTED, 100_000)
        ),
        ["estimate and policy", *_spread(decide, len(bare))],
        ["estimate, policy and reasons", *_spread(tell, len(bare))],
        ["import of routing", *_imported()],
    ]  # fmt: skip


def _odd(size: int) -> list[str]:
    texts = [(piece * (size // len(piece) + 1))[:size] for piece in ODD]
    return _spread(lambda i: signals.measure(Request("chat", texts[i])), len(texts))


def _spread(work: Callable[[int], object], count: int) -> list[str]:
    work(0)
    taken = []
    for i in range(count):
        start = time.thread_time()
        work(i)
        taken.append(1e3 * (time.thread_time() - start))
    taken.sort()
    return [f"{taken[len(taken) // 2]:.2f}", f"{taken[int(0.99 * (len(taken) - 1))]:.2f}"]


def _imported() -> list[str]:
    program = (
        "import time; t = time.process_time(); import tierwise.routing.route;"
        " print(time.process_time() - t)"
    )
    runs = sorted(
        1e3 * float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                                   check=True).stdout)
        for _ in range(5)
    )  # fmt: skip
    return [f"{runs[2]:.0f}", f"{runs[-1]:.0f}"]
