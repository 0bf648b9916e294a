"""Cross-validation of the whole fit, and the figures it is judged by."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import signals
from tierwise.routing.estimate import estimate
from tierwise.routing.first import LATE, SHALLOW, choose
from tierwise.routing.fit.logistic import Array
from tierwise.routing.fit.rows import NEEDS, RequestRow
from tierwise.routing.fit.train import Corpus, fit_data, split
from tierwise.routing.weights import Weights, parse

OUTER = 8
"""Folds of the cross-validation around the fit."""


@dataclass(frozen=True)
class Held:
    """What the server's code says of a row with weights that were fitted without that row.

    `signals` are those that the choice of the first tier needs beside the estimate.
    """

    estimate: Estimate
    signals: Signals

    @property
    def routed(self) -> int:
        """The rank of the tier taken first at the shipped preference, for a task of median size."""
        return self.first(Situation())

    def first(self, facts: Situation) -> int:
        """The rank of the tier that is asked first under these facts (prices, rules, budget)."""
        return NEEDS.index(choose(self.signals, self.estimate, facts).bound)

    @property
    def likeliest(self) -> int:
        """The rank of the tier that is most likely the need."""
        return int(np.argmax(np.diff([0.0, *(self.estimate.need[n] for n in NEEDS)])))


def cross_validated(corpus: Corpus, folds: int = OUTER, draw: int = 0) -> list[Held]:
    """Judge each row by weights that were fitted on the other folds. Groups are kept together.

    `draw` is the seed of the folds. Each core has a process, since folds do not depend on each
    other.
    """
    parts = list(folded(corpus, folds, draw))
    held: list[Held | None] = [None] * len(corpus.groups)
    with multiprocessing.get_context("fork").Pool(None, _share, (corpus,)) as pool:
        for (_, test), found in zip(parts, pool.imap(_of_fold, parts), strict=True):
            for i, one in zip(test, found, strict=True):
                held[i] = one
    return [h for h in held if h is not None]


def folded(corpus: Corpus, folds: int, draw: int) -> Iterator[tuple[Array, Array]]:
    """Split the rows into folds for cross-validation: yields (rows to fit, rows held out).

    The folds are drawn over the rows as they were first asked. Other wordings of a row go into its
    fold, so that one more wording changes no fold.
    """
    first = np.flatnonzero(corpus.settles | ~corpus.is_request)
    for _, test in split(corpus.groups[first], folds, draw):
        inside = np.isin(corpus.groups, corpus.groups[first[test]])
        yield np.flatnonzero(~inside), np.flatnonzero(inside)


_shared: list[Corpus] = []


def _share(corpus: Corpus) -> None:
    _shared[:] = [corpus]


def _of_fold(part: tuple[Array, Array]) -> list[Held]:
    corpus, (train, test) = _shared[0], part
    rows: Sequence[RequestRow] = [*corpus.requests, *corpus.outcomes]
    weights = parse(json.dumps(fit_data(corpus, train)).encode())
    return [held_out(rows[i], weights) for i in test]


def keep(held: Sequence[Held], path: Path, weights: str) -> None:
    """Write held-out estimates beside the hash of the weights fitted in the same run."""
    rows = [[asdict(h.estimate), dict(h.signals.values)] for h in held]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"weights": weights, "rows": rows}), encoding="utf-8")


def kept(path: Path, weights: str) -> list[Held] | None:
    """The held-out estimates of an earlier run, `None` where there are none for these weights."""
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    if data["weights"] != weights:
        return None
    return [
        Held(Estimate(**{**found, "table": tuple(found["table"])}), Signals(values))
        for found, values in data["rows"]
    ]


def held_out(row: RequestRow, weights: Weights) -> Held:
    """The estimate that these weights give for a row, with the signals that the first tier needs.

    It is a held-out one if the weights were fitted without that row.
    """
    measured = signals.with_text(*row.measured, row.text, weights)
    late = {name: measured.values.get(name, 0.0) for name in (*LATE, *SHALLOW)}
    return Held(estimate(measured, weights, DEFAULT_LADDER), Signals(late))


def judged(row: RequestRow, weights: Weights) -> Estimate:
    """Per tier, what these weights give for a row: P(need <= tier), its lower bound, P(kept)."""
    return held_out(row, weights).estimate


def of_requests(held: Sequence[Held], needs: Array) -> dict[str, float]:
    """Figures on labelled requests.

    `exact`, `under` and `over` are shares of all rows, `haiku_kept` is a share of those that need
    Haiku, and `top_on_cheapest` is a count.
    """
    routed = np.array([h.routed for h in held])
    likely = np.array([h.likeliest for h in held])
    shares = np.array([h.estimate.need["haiku"] for h in held])
    easy = needs == 0
    return {
        "rows": len(needs),
        "haiku_kept": _round((routed[easy] == 0).mean()),
        "exact": _round((routed == needs).mean()),
        "under": _round((routed < needs).mean()),
        "over": _round((routed > needs).mean()),
        "top_on_cheapest": int(((routed == 0) & (needs == 2)).sum()),
        "argmax_exact": _round((likely == needs).mean()),
        "ece_haiku": _round(calibration_error(shares, easy.astype(float))),
        "brier_haiku": _round(((shares - easy) ** 2).mean()),
    }


def of_outcomes(held: Sequence[Held], kept: Array) -> dict[str, float]:
    """Figures on tasks with measured outcomes; `kept` has one column per tier."""
    accepts = np.array([[h.estimate.accept[n] for n in NEEDS] for h in held])
    return {
        "rows": len(kept),
        "auc_low": _round(auc(accepts[:, 0], kept[:, 0] >= 0.5)),
        "apgr": _round(apgr(accepts[:, 2] - accepts[:, 0], kept)),
        "ece_low": _round(calibration_error(accepts[:, 0], kept[:, 0])),
        "ece_top": _round(calibration_error(accepts[:, 2], kept[:, 2])),
    }


def calibration_error(shares: Array, happened: Array) -> float:
    """Expected calibration error of predicted `shares`, over ten bins of equal width."""
    place = np.clip((shares * 10).astype(int), 0, 9)
    return float(
        sum(
            abs(shares[place == b].mean() - happened[place == b].mean()) * (place == b).mean()
            for b in range(10)
            if (place == b).any()
        )
    )


def auc(score: Array, positive: Array) -> float:
    """Share of (positive, negative) pairs that the score orders rightly. Ties count half."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = int(positive.sum())
    pairs = n * (len(score) - n)
    return float((ranks[positive].sum() - n * (n + 1) / 2) / pairs) if pairs else float("nan")


def apgr(gain: Array, kept: Array) -> float:
    """Average share of the gap between lowest and top tier that is recovered (RouteLLM, 2024)."""
    order = np.argsort(-gain, kind="stable")
    gap = np.concatenate([[0.0], np.cumsum((kept[:, -1] - kept[:, 0])[order])])
    return float(((gap[:-1] + gap[1:]) / 2).mean() / gap[-1])


def _round(value: Any) -> float:
    return round(float(value), 4)
