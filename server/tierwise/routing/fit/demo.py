"""The invented week that shows what the dial means before an operator has tasks of their own.

Its requests are the project's own rows, each with the estimate of weights that never saw it, in
the shares that labelled requests have; their sizes are drawn from a log-normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.rows import NEEDS, OWN, LabelledRequest

TASKS: Final = 500
SHARES: Final = (0.58, 0.31, 0.11)
"""How many tasks there are, and the share that needs each tier, as among labelled requests."""
SPREAD: Final = 0.9
"""Standard deviation of the logarithm of a task's size."""
OUT: Final = Path(__file__).parents[2] / "tasks" / "learning" / "demo_week.tsv"
HEAD: Final = (
    "# An invented week. P(need <= haiku), P(need <= sonnet), their lower bounds, size of the task"
)


def text(rows: Sequence[LabelledRequest], held: Sequence[Held]) -> str:
    """The content of the file with the invented week: one made-up task per line.

    A line has the estimates and the size of its task. The same rows give the same text.
    """
    draw = np.random.default_rng(17)
    lines = [HEAD]
    for need, share in enumerate(SHARES):
        own = [i for i, row in enumerate(rows) if row.source == OWN and row.need == need]
        for i in draw.choice(own, round(TASKS * share), replace=True):
            found = held[int(i)].estimate
            told = [found.need[n] for n in NEEDS[:2]] + [found.lower[n] for n in NEEDS[:2]]
            size = float(np.exp(draw.normal(0.0, SPREAD)))
            lines.append("\t".join([*(f"{p:.3f}" for p in told), f"{size:.2f}"]))
    return "\n".join(lines) + "\n"
