"""Money against redo: what rules cost over the whole course, at several prices of a wrong answer.

A course starts at a tier and goes one tier up after each answer that does not pass; its loss is
the spend and the redo cost for every answer that did not pass. There is no free check here. For
labelled requests an answer passes from the tier needed on, for tasks where the measured pass rate
is at least one half. The redo cost is flat, in the rule and in the loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from tests.bench.router import report

from tierwise.budget.prices import PriceTable
from tierwise.cli.route import situation
from tierwise.config.model import REDO_USD, Config
from tierwise.core.situation import RULE, Rule, Situation
from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.rows import NEEDS, LabelledRequest

CENT: Final = 10_000_000
REDOS: Final = (0.5, 3.0, 10.0, 30.0)
"""Cents that a wrong answer costs."""
SPENDS: Final = {"1:20:40": (0.0235, 0.470, 0.939), "1:3:5": (0.188, 0.564, 0.939)}
"""Cents of a median answer per tier; the top costs the same at both prices."""
DIAL: Final = {name: 100 * usd for name, usd in REDO_USD.items()}
"""Cents of a wrong answer at each setting."""
SIZES: Final = (8_000, 25_000, 100_000)
"""Tokens of large requests."""
_OLD_PRICES: Final = tuple(
    {"model": f"claude-{tier}-5-5", "from": date(2020, 1, 1), "input": each, "output": each * 5}
    for tier, each in (("haiku", 1), ("sonnet", 3), ("opus", 5))
)
PRICES: Final = {"1:20:40": PriceTable.load(), "1:3:5": PriceTable.load(_OLD_PRICES)}
"""The list prices, and some that stand 1 to 3 to 5."""
DRAWS: Final = 400

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with what passes: one line per row, one column per tier."""

    name: str
    held: Sequence[Held]
    passes: Array


def facts(prices: str, redo: float, rule: Rule = RULE) -> Situation:
    """The situation of a median request; amounts in cents."""
    cost = dict(zip(NEEDS, (round(c * CENT) for c in SPENDS[prices]), strict=True))
    return Situation(rule=rule, cost=cost, redo_cost=round(redo * CENT))


def losses(passes: Array, firsts: Array, prices: str, redo: float) -> Array:
    """The loss of each course in cents."""
    spend = SPENDS[prices]
    found = np.zeros(len(firsts))
    open_still = np.ones(len(firsts), dtype=bool)
    for tier in range(len(NEEDS)):
        asked = open_still & (firsts <= tier)
        found[asked] += spend[tier]
        wrong = asked & ~passes[:, tier]
        found[wrong] += redo
        open_still &= ~(asked & passes[:, tier])
    return found


def table(parts: Sequence[Judged]) -> str:
    """Per kind of rows, prices and redo cost: the loss against the older rule and the best
    constant tier, with 95 % intervals over resampled rows."""
    lines = []
    for part in parts:
        old = np.array([h.first(facts("1:20:40", 1.0, "target-1")) for h in part.held])
        for prices in SPENDS:
            for redo in REDOS:
                situation = facts(prices, redo)
                firsts = np.array([h.first(situation) for h in part.held])
                mine = losses(part.passes, firsts, prices, redo)
                before = losses(part.passes, old, prices, redo)
                fixed = [losses(part.passes, np.full(len(old), t), prices, redo) for t in range(3)]
                best = min(fixed, key=lambda found: float(found.mean()))
                lines.append(
                    [part.name, prices, f"{redo:g}", f"{mine.mean():.2f}", _change(mine, before),
                     _change(mine, best)]
                )  # fmt: skip
    head = ["rows", "prices", "redo, cents", "loss, cents", "against the older rule, %",
            "against the best constant tier, %"]  # fmt: skip
    return report.table(head, lines)


def _change(mine: Array, other: Array) -> str:
    rows = np.random.default_rng(7).integers(0, len(mine), (DRAWS, len(mine)))
    drawn = 100 * (mine[rows].mean(1) / other[rows].mean(1) - 1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{100 * (mine.mean() / other.mean() - 1):+.1f} [{low:+.1f}, {high:+.1f}]"


def dial(parts: Sequence[tuple[str, Sequence[Held], Array]]) -> str:
    """Per kind of labelled rows, prices and setting of the dial: what becomes of them."""
    lines = []
    for name, held, needs in parts:
        for prices, spend in SPENDS.items():
            for setting, redo in DIAL.items():
                firsts = np.array([h.first(facts(prices, redo)) for h in held])
                easy = needs == 0
                cost = np.array(spend)[firsts].mean() / spend[-1]
                worst = int(((firsts == 0) & (needs == 2)).sum())
                lines.append(
                    [name, prices, setting, _percent(firsts == needs), _percent(firsts < needs),
                     f"{cost:.3f}", _percent(firsts[easy] == 0), f"{worst} of {(needs == 2).sum()}"]
                )  # fmt: skip
    head = ["rows", "prices", "when unsure", "exact %", "under %", "cost of always-top",
            "haiku tasks kept %", "top tasks on the cheapest"]  # fmt: skip
    return report.table(head, lines)


def sizes(rows: Sequence[LabelledRequest], held: Sequence[Held]) -> str:
    """Large requests at the shipped setting: what becomes of them, and how many that need the top
    start on the cheapest tier. Spend and redo are those of the product at each size."""
    needs = np.array([row.need for row in rows])
    lines = []
    for prices, table in PRICES.items():
        for tokens in SIZES:
            firsts = np.array(
                [h.first(_sized(row, tokens, table)) for row, h in zip(rows, held, strict=True)]
            )
            worst = int(((firsts == 0) & (needs == 2)).sum())
            lines.append([prices, f"{tokens:,}", _percent(firsts == needs),
                          _percent(firsts < needs), _percent(firsts[needs == 0] == 0),
                          str(worst)])  # fmt: skip
    head = ["prices", "tokens", "exact %", "under %", "haiku tasks kept %",
            "top tasks on the cheapest"]  # fmt: skip
    return report.table(head, lines)


def _sized(row: LabelledRequest, tokens: int, prices: PriceTable) -> Situation:
    return situation(replace(row.request, input_tokens=tokens), Config(), prices)


def _percent(which: Array) -> str:
    share = float(which.mean())
    half = 1.96 * float(np.sqrt(max(share * (1 - share), 1e-9) / max(len(which), 1)))
    return f"{100 * share:.1f} ± {100 * half:.1f}"
