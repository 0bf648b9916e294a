"""Run-to-run noise: the whole cross-validation again, over folds drawn anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.bench.router import report

from tierwise.routing.fit import judge
from tierwise.routing.fit.__main__ import HELD
from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.train import Corpus

SHOWN = {
    "requests": ("exact", "under", "haiku_kept", "top_on_cheapest", "argmax_exact", "ece_haiku"),
    "outcomes": ("auc_low", "apgr", "ece_low", "ece_top"),
}


def table(
    corpus: Corpus, held: Sequence[Held], judged: Sequence[int], draws: int, weights: str
) -> str:
    """Each figure over the folds of the fit and over `draws` others; a draw is fitted once for
    the weights of this hash."""
    runs = [_figures(corpus, held, judged)]
    for draw in range(1, draws + 1):
        path = HELD.with_stem(f"{HELD.stem}-{draw}")
        drawn = judge.kept(path, weights)
        if drawn is None:
            drawn = judge.cross_validated(corpus, draw=draw)
            judge.keep(drawn, path, weights)
        runs.append(_figures(corpus, drawn, judged))
    lines = []
    for name in runs[0]:
        values = [run[name] for run in runs]
        spread = f"{np.std(values, ddof=1):.4f}" if draws else ""
        lines.append([name, *(f"{value:g}" for value in values), spread])
    head = ["figure", "folds of the fit", *(f"draw {i + 1}" for i in range(draws)), "deviation"]
    return report.table(head, lines)


def _figures(corpus: Corpus, held: Sequence[Held], judged: Sequence[int]) -> dict[str, float]:
    kept = np.array([row.kept for row in corpus.outcomes])
    found = {
        "requests": judge.of_requests([held[i] for i in judged], corpus.needs[judged]),
        "outcomes": judge.of_outcomes(held[len(corpus.requests) :], kept),
    }
    return {name: found[group][name] for group, names in SHOWN.items() for name in names}
