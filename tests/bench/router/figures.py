"""The figures of the bench: one function per table, each over plain lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from tierwise.routing.fit import judge
from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.logistic import Array
from tierwise.routing.fit.rows import NEEDS, LabelledRequest, OutcomeRow

RATIOS: Final = {"1:20:40": (1.0, 20.0, 40.0), "1:3:5": (1.0, 3.0, 5.0)}
"""Prices of the tiers: lists of November 2026, and those the outcome data was measured under."""
DRAWS: Final = 400
LAMBDAS: Final = 2000
"""Points walked along a frontier: so many that the next one moves a task or none."""


def exactness(routed: Sequence[int], needs: Sequence[int]) -> dict[str, float]:
    """Shares of requests, and what they would cost as a share of always-top."""
    r, n = np.array(routed), np.array(needs)
    easy = n == 0
    found = {
        "kept": float((r[easy] == 0).mean()),
        "exact": float((r == n).mean()),
        "under": float((r < n).mean()),
        "over": float((r > n).mean()),
        "hard": float(((r == 0) & (n == 2)).sum()),
        "tops": float((n == 2).sum()),
    }
    for name, prices in RATIOS.items():
        found[name] = float(np.array(prices)[r].mean() / prices[-1])
    return found


def interval(share: float, n: int) -> float:
    """Half width of a 95 % interval of a share."""
    return 1.96 * math.sqrt(max(share * (1 - share), 1e-9) / max(n, 1))


def by(rows: Sequence[LabelledRequest], held: Sequence[Held], key: Any) -> list[list[str]]:
    """Exact, under and n of each value of a key, with the error of calibration of the cheapest."""
    table = []
    for value in sorted({key(row) for row in rows}):
        mine = [i for i, row in enumerate(rows) if key(row) == value]
        found = exactness([held[i].routed for i in mine], [rows[i].need for i in mine])
        shares = np.array([held[i].estimate.need["haiku"] for i in mine])
        easy = np.array([float(rows[i].need == 0) for i in mine])
        under = found["under"]
        table.append(
            [str(value), str(len(mine)), percent(found["exact"]),
             f"{percent(under)} ± {100 * interval(under, len(mine)):.1f}", percent(found["over"]),
             f"{judge.calibration_error(shares, easy):.3f}"]
        )  # fmt: skip
    return table


def frontier(accepts: Array, kept: Array, prices: Sequence[float], least: float) -> dict[str, Any]:
    """The cheapest point of max(accept - lambda * price) with at least this share of quality.

    Its gain is over blind mixing of fixed tiers at the same cost, in shares kept, with a 95 %
    interval over resampled tasks.
    """
    price = np.array(prices) / prices[-1]
    best: tuple[float, float, Array] | None = None
    for weight in np.geomspace(0.002, 2, LAMBDAS):
        choice = (accepts - weight * price).argmax(1)
        quality = float(kept[np.arange(len(kept)), choice].sum() / kept[:, -1].sum())
        cost = float(price[choice].mean())
        if quality >= least and (best is None or cost < best[0]):
            best = (cost, quality, choice)
    if best is None:
        return {}
    cost, quality, choice = best
    draws = np.random.default_rng(11).integers(0, len(kept), (DRAWS, len(kept)))
    gains = [_gain(kept[rows], choice[rows], price) for rows in draws]
    low, high = np.percentile(gains, [2.5, 97.5])
    return {"quality": quality, "cost": cost, "gain": _gain(kept, choice, price),
            "low": float(low), "high": float(high)}  # fmt: skip


def _gain(kept: Array, choice: Array, price: Array) -> float:
    mine = float(kept[np.arange(len(kept)), choice].mean())
    means, cost = kept.mean(0), float(price[choice].mean())
    return mine - _mixed(means, price, cost)


def _mixed(means: Array, price: Array, cost: float) -> float:
    """The most a blind mix of two fixed tiers keeps at a cost."""
    best = 0.0
    for a in range(len(price)):
        for b in range(len(price)):
            if price[a] <= cost <= price[b]:
                share = 0.0 if price[a] == price[b] else (cost - price[a]) / (price[b] - price[a])
                best = max(best, float(means[a] + share * (means[b] - means[a])))
    return best


def of_outcomes(held: Sequence[Held], rows: Sequence[OutcomeRow]) -> list[list[str]]:
    """AUC, APGR and calibration over all tasks and per source."""
    table = []
    for source in ["all", *sorted({row.source for row in rows})]:
        mine = [i for i, row in enumerate(rows) if source in ("all", row.source)]
        accepts = np.array([[held[i].estimate.accept[n] for n in NEEDS] for i in mine])
        kept = np.array([rows[i].kept for i in mine])
        table.append(
            [source, str(len(mine)), f"{judge.auc(accepts[:, 0], kept[:, 0] >= 0.5):.3f}",
             f"{judge.apgr(accepts[:, 2] - accepts[:, 0], kept):.3f}",
             f"{judge.calibration_error(accepts[:, 0], kept[:, 0]):.3f}",
             f"{judge.calibration_error(accepts[:, 2], kept[:, 2]):.3f}",
             f"{float(((accepts[:, 0] - kept[:, 0]) ** 2).mean()):.3f}"]
        )  # fmt: skip
    return table


def percent(share: float) -> str:
    """A share as shown in tables."""
    return f"{100 * share:.1f}"
