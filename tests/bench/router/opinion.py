"""What a second opinion would bring: simulated, as no key is at hand.

The simulated opinion names the needed tier so many times of ten, else one beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from tests.bench.router import loss, report

from tierwise.core.situation import Situation
from tierwise.routing import evidence
from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.logistic import Array
from tierwise.routing.fit.rows import NEEDS

RIGHT: Final = (0.6, 0.8, 0.9, 1.0)
PRICE: Final = 244_000
"""Nano-dollars: the wait and a call of 400 tokens to the cheapest tier."""


def table(held: Sequence[Held], needs: Array) -> str:
    """Per share of opinions that are right: how many are asked for, and what comes of it."""
    facts = loss.facts("1:20:40", loss.DIAL["balanced"])
    worth = np.array([evidence.worth(h.signals, h.estimate, facts) for h in held])
    asked = worth > PRICE
    lines = [_line("none asked", asked & False, held, needs, facts, 1.0)]
    lines += [_line(f"{share:.0%} right", asked, held, needs, facts, share) for share in RIGHT]
    head = ["opinion", "asked %", "exact %", "under %", "cost of always-top",
            "top tasks on the cheapest"]  # fmt: skip
    return report.table(head, lines)


def _line(
    name: str, asked: Array, held: Sequence[Held], needs: Array, facts: Situation, right: float
) -> list[str]:
    draw = np.random.default_rng(5)
    firsts = np.zeros(len(held), dtype=int)
    for i, one in enumerate(held):
        said, need = None, int(needs[i])
        if asked[i]:
            beside = [tier for tier in (need - 1, need + 1) if 0 <= tier <= 2]
            said = NEEDS[need if draw.random() < right else int(draw.choice(beside))]
        chosen = evidence.choose(one.signals, one.estimate, replace(facts, opinion=said))
        firsts[i] = NEEDS.index(chosen.bound)
    cost = np.array(loss.SPENDS["1:20:40"])[firsts].mean() / loss.SPENDS["1:20:40"][-1]
    worst = int(((firsts == 0) & (needs == 2)).sum())
    return [name, f"{100 * asked.mean():.0f}", f"{100 * (firsts == needs).mean():.1f}",
            f"{100 * (firsts < needs).mean():.1f}", f"{cost:.3f}", str(worst)]  # fmt: skip
