"""`fit_weights`: weights from labelled requests and outcomes. Deterministic. It takes some seconds.

The fit is stacked. First come text scores, made out of fold for the rows that use them; then per
border between two tiers (cut) three models over signals and scores, the readers: linear, boosted
trees, and a forest for both cuts; then their calibration on rows that the readers did not see.
Outcomes teach `accept` directly. They teach the linear reader of `need` softly (P(need <= t) =
min(1, p_t / p_top)). The trees of `need` see requests alone, since they would single out the
benchmarks and lose exactness on requests.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any, Final

import numpy as np
from scipy.special import logit
from sklearn.model_selection import GroupKFold

from tierwise.core.dataclass import dataclass
from tierwise.routing.fit import calibrate, logistic, reach
from tierwise.routing.fit.boosted import ACCEPT, NEED, Boosted, Forest
from tierwise.routing.fit.logistic import Array
from tierwise.routing.fit.rows import FRAME, PARAPHRASE, LabelledRequest, OutcomeRow
from tierwise.routing.fit.text import TextModel, Texts
from tierwise.routing.reading import POSSIBLY_UNKNOWN, READERS, SUREST
from tierwise.routing.weights import FORMAT, Weights, parse

CUTS: Final = 2
STRENGTH: Final = 0.03
"""Inverse regularisation of the linear reader, chosen by cross-validated log-loss."""
ALIKE: Final = 0.5
"""Pull of the linear reader's answers for two wordings of a wish toward each other: the least with
which wordings change the tier less often at no cost in log-loss."""
ACCEPT_STRENGTH: Final = 0.01
INNER: Final = 4
"""Folds inside a fit."""
UNKNOWN_VARIANCE: Final = 0.1
"""Variance (squared logits) of a request that says nothing of its surroundings."""
SPREAD: Final = 0.00125
"""Share of the linear reader's x'Sx in the bound's variance; more costs exactness at equal
under-routing in cross-validation."""
DOUBT: Final = 0.004
"""Share of the readers' squared half difference in the bound's variance, chosen the same way."""
MARGINS: Final = (0.0, 0.0)
"""Logits by which a cut's bound is below its mean, in addition to the width from doubt."""
OUTCOME_SHARE: Final = 0.15
"""Weight of all outcomes in `need`, as a share of the requests'."""
REQUEST_SHARE: Final = 0.1
"""Weight of all requests in `accept`, as a share of the outcomes'."""
KEPT: Final = (0.92, 0.2, 0.08)
"""Share of answers kept by the tier a request needs, one tier below, two below: the label says
"at least four times of five" for the first and "less often" for the others. Of tables from 0.15 to
0.45 for one tier below this one loses least on held-out labels at small prices of a redo, where
the table matters."""
SHARPER: Final = 2.0
LEAN: Final = 1.0
"""Slope of a likeness, and logits taken off it. Without them a twentieth of all requests gets a
likeness of a fifth to measured tasks, which costs a point of exactness. With them it is next to
nothing there, and that of the measured tasks stays high."""
BACK: Final = ("thread.low", "thread.mid")
"""Per cut the signal that a wish refers to earlier turns which needed more than the cut's tier."""
POINTS_BACK: Final = 1.5
"""Logits by which such a signal raises the need. It is chosen and not fitted, as labelled rows have
no thread. A wish whose estimate for the cheapest tier is 0.9 then has 0.67, which routes it to the
middle tier."""
NOT_FITTED: Final = frozenset(
    {"usages", "usage.files", "reaches", "thread.reasks", "thread.rejected", "ask.line",
     *reach.SIGNALS, *BACK}
)  # fmt: skip
"""Signals that no labelled row holds, or only two or three of them."""


READ_BY_FOREST: Final = (
    "action.", "form.", "lang.", "words", "chars", "identifiers", "numbers", "pasted", "sentences",
    "steps", "says.number_theory", "tools.run",
)  # fmt: skip
"""Beginnings of the names of signals that outcomes can teach: how a wish looks and what it is
about. Benchmarks have no selections, and the same files or tools for all tasks of a source."""
TOLD_OF_ACCEPT: Final = tuple(f"text.{i}" for i in range(CUTS, 2 * CUTS + 1))
"""The names of the text scores for the accepts."""


@dataclass
class Corpus:
    """The labelled requests and the measured tasks as matrices, one row each.

    They are made once and shared by all fits of a cross-validation. A request in several wordings
    weighs as much as one: they share its weight. `twins` pairs each other wording with the first.
    Calibration uses only the first, for which `settles` is true.
    """

    requests: Sequence[LabelledRequest]
    outcomes: Sequence[OutcomeRow]
    names: list[str] = field(init=False)
    x: Array = field(init=False)
    unknown: Array = field(init=False)
    texts: Texts = field(init=False)
    groups: Array = field(init=False)
    targets: Array = field(init=False)
    weights: Array = field(init=False)
    is_request: Array = field(init=False)
    settles: Array = field(init=False)
    twins: Array = field(init=False)

    def __post_init__(self) -> None:
        rows = [*self.requests, *self.outcomes]
        every = {name for row in rows for name in row.measured[0]}
        self.names = sorted(every - NOT_FITTED)
        self.x = np.array([[row.measured[0].get(n, 0.0) for n in self.names] for row in rows])
        self.unknown = np.array([len(row.measured[1]) / POSSIBLY_UNKNOWN for row in rows])
        self.texts = Texts([row.grams for row in rows])
        self.groups = np.array([row.group for row in rows])
        self.is_request = np.arange(len(rows)) < len(self.requests)
        other = (PARAPHRASE, FRAME)
        first = {r.request.id: i for i, r in enumerate(self.requests) if r.source not in other}
        again = [i for i, r in enumerate(self.requests) if r.source in other]
        self.twins = np.array([[first[self.requests[i].request.id], i] for i in again], dtype=int)
        self.twins = self.twins.reshape(-1, 2)
        self.settles = self.is_request & ~np.isin(np.arange(len(rows)), again)
        wordings = Counter(self.requests[i].request.id for i in again)
        asked = [_asked(row, 1 + wordings[row.request.id]) for row in self.requests]
        measured = [_measured(row) for row in self.outcomes]
        self.targets = np.array([t for t, _ in asked + measured])
        self.weights = np.array([w for _, w in asked + measured])
        if asked and measured:
            n = len(asked)
            total = self.weights.sum(0)
            own, other = self.weights[:n].sum(0), total - self.weights[:n].sum(0)
            self.weights[n:, :CUTS] *= OUTCOME_SHARE * own[:CUTS] / other[:CUTS]
            self.weights[:n, CUTS:] *= REQUEST_SHARE * other[CUTS:] / own[CUTS:]

    @property
    def needs(self) -> Array:
        """The label of each request, as the index of its tier."""
        return np.array([row.need for row in self.requests])

    def twins_in(self, rows: Array) -> Array:
        """The pairs of wordings of one request that are both in `rows`, as indices into `rows`."""
        place = np.full(len(self.x), -1)
        place[rows] = np.arange(len(rows))
        found = place[self.twins]
        both: Array = found[(found >= 0).all(1)]
        return both


def fit_weights(requests: Sequence[LabelledRequest], outcomes: Sequence[OutcomeRow]) -> Weights:
    """Weights from these rows alone. To get weights that never saw some rows, leave those out."""
    corpus = Corpus(requests, outcomes)
    return parse(json.dumps(fit_data(corpus, np.arange(len(corpus.x)))).encode())


def fit_data(corpus: Corpus, rows: Array) -> dict[str, Any]:
    """The contents of a weights file, fitted on some rows of a corpus."""
    x, targets, weights = corpus.x[rows], corpus.targets[rows], corpus.weights[rows]
    groups, own = corpus.groups[rows], corpus.is_request[rows]
    mean, scale = np.round(x.mean(0), 5), np.round(x.std(0), 5)
    scale[scale < 1e-4] = 1.0
    z = np.clip((x - mean) / scale, -4, 4)
    scores = np.zeros_like(targets)
    folds = list(split(groups, INNER))
    for train, test in folds:
        scores[test] = _text(corpus, rows[train]).scores(corpus.texts, rows[test])
    text = _text(corpus, rows)
    asked = np.hstack([x, scores[:, :CUTS]])
    names = [*corpus.names, *(f"text.{i}" for i in range(CUTS))]
    cuts: list[dict[str, Any]] = []
    shares = np.zeros((len(rows), CUTS))
    for train, test in folds:
        kept = train[own[train]]
        shares[test] = _need_forest(asked, targets, weights, kept).shares(asked[test])
    forest = logit(np.clip(shares, 1.0 - SUREST, SUREST))
    held = np.zeros((len(rows), CUTS))
    doubts = np.zeros((len(rows), CUTS))
    for cut in range(CUTS):
        y, w = targets[:, cut], weights[:, cut]
        full = np.hstack([z, scores[:, [cut]]])
        for train, test in folds:
            linear, spread = _linear(full, y, w, train, corpus.twins_in(rows[train]))
            kept = train[own[train]]
            grown = Boosted(asked[kept], y[kept], w[kept]).logits(asked[test])
            straight = full[test] @ linear[1:] + linear[0]
            held[test, cut] = (straight + grown + forest[test, cut]) / READERS
            doubts[test, cut] = SPREAD * (z[test] ** 2) @ spread
            differ = straight - (grown + forest[test, cut]) / 2
            doubts[test, cut] += DOUBT * differ**2 / 4
        every = np.arange(len(rows))
        linear, spread = _linear(full, y, w, every, corpus.twins_in(rows))
        trees = Boosted(asked[own], y[own], w[own])
        cuts.append(
            {
                "intercept": round(float(linear[0]), 5),
                "weight": short(linear[1:-1]),
                "spread": short(SPREAD * spread),
                "text_weight": round(float(linear[-1]), 5),
                "base": round(trees.base, 5),
                "trees": trees.exported(names),
            }
        )
    doubts += UNKNOWN_VARIANCE * corpus.unknown[rows][:, None]
    told = corpus.settles[rows]
    actions = [corpus.requests[i].request.action for i in rows[told]]
    for cut in range(CUTS):
        found = calibrate.curve(held[told, cut], targets[told, cut], actions)
        cuts[cut] |= found.data()
        held[told, cut] = found.apply(held[told, cut], actions)
    for cut in range(CUTS):
        cuts[cut]["margin"] = MARGINS[cut]
        cuts[cut]["reach"] = {}
    data: dict[str, Any] = {
        "format": FORMAT,
        "about": {},
        "kept": list(KEPT),
        "likeness": _likeness(z, own),
        "unknown_variance": UNKNOWN_VARIANCE,
        "doubt": DOUBT,
        "signals": corpus.names,
        "mean": short(mean),
        "scale": short(scale),
        "cuts": cuts,
        "accepts": [
            _accept(np.hstack([z, scores[:, [k]]]), targets[:, k], weights[:, k])
            for k in range(CUTS, targets.shape[1])
        ],
        "forest": _need_forest(asked, targets, weights, np.flatnonzero(own)).exported(names),
        "accept_forest": _accept_forest(corpus, np.hstack([x, scores]), targets, weights),
        "grams": {
            name: [float(idf), *(float(b) for b in beta)]
            for name, idf, beta in zip(text.names, text.idf, text.beta, strict=True)
            if beta.any()
        },
    }
    reach.teach(data)
    for contents, signal in zip(cuts, BACK, strict=True):
        contents["reach"][signal] = POINTS_BACK
    return data


def split(groups: Array, folds: int, draw: int = 0) -> Iterator[tuple[Array, Array]]:
    """Folds for cross-validation: yields (rows to fit, rows held out), as indices.

    No group is on both sides. A `draw` above 0 is the seed of a shuffle.
    """
    made = GroupKFold(folds, shuffle=draw > 0, random_state=draw or None)
    return made.split(groups, groups=groups)  # type: ignore[no-any-return]


def short(values: Array) -> list[float]:
    """The values rounded to five places, which are enough and can be read."""
    return [round(float(v), 5) for v in values]


def _text(corpus: Corpus, rows: Array) -> TextModel:
    return TextModel(
        corpus.texts, rows, corpus.targets[rows], corpus.weights[rows], corpus.is_request[rows],
        corpus.twins_in(rows), CUTS,
    )  # fmt: skip


def _linear(x: Array, y: Array, w: Array, rows: Array, twins: Array) -> tuple[Array, Array]:
    x, y, w = x[rows], y[rows], w[rows]
    alike = x[twins[:, 0]] - x[twins[:, 1]]
    intercept, beta = logistic.fit(x, y, w, STRENGTH, alike, ALIKE)
    spread = logistic.variances(x, intercept, beta, w, STRENGTH)
    return np.concatenate([[intercept], beta]), spread[:-1]


def _accept(x: Array, target: Array, weight: Array) -> dict[str, Any]:
    intercept, beta = logistic.fit(x, target, weight, ACCEPT_STRENGTH)
    return {
        "intercept": round(intercept, 5),
        "weight": short(beta[:-1]),
        "text_weight": round(float(beta[-1]), 5),
    }


def _likeness(z: Array, own: Array) -> dict[str, Any]:
    """A linear reader that tells measured tasks from requests.

    Both classes weigh the same in its fit.
    """
    share = own.mean()
    weight = np.where(own, 0.5 / share, 0.5 / max(1.0 - share, 1e-9))
    if own.all() or not own.any():
        return {"intercept": -20.0 if own.all() else 20.0, "weight": [0.0] * z.shape[1]}
    intercept, beta = logistic.fit(z, (~own).astype(float), weight, ACCEPT_STRENGTH)
    return {"intercept": round(SHARPER * (intercept - LEAN), 5), "weight": short(SHARPER * beta)}


def _need_forest(asked: Array, targets: Array, weights: Array, rows: Array) -> Forest:
    return Forest(asked[rows], targets[rows, :CUTS], weights[rows, 0], NEED)


def _accept_forest(corpus: Corpus, asked: Array, targets: Array, weights: Array) -> list[Any]:
    names = [*corpus.names, *(f"text.{i}" for i in range(2 * CUTS + 1))]
    read = [i for i, n in enumerate(names) if n.startswith((*READ_BY_FOREST, *TOLD_OF_ACCEPT))]
    grown = Forest(asked[:, read], targets[:, CUTS:], weights[:, CUTS], ACCEPT)
    return grown.exported([names[i] for i in read])


def _asked(row: LabelledRequest, wordings: int) -> tuple[list[float], list[float]]:
    """Targets and weights of a labelled request: first those of the cuts, then those of the
    accepts.
    """
    cuts = [float(row.need <= cut) for cut in range(CUTS)]
    accepts = [KEPT[max(0, row.need - tier)] for tier in range(CUTS + 1)]
    return cuts + accepts, [row.weight / wordings] * (2 * CUTS + 1)


def _measured(row: OutcomeRow) -> tuple[list[float], list[float]]:
    """Targets and weights of an outcome row: first those of the cuts, then those of the accepts.

    A task that even the top hardly solves says little about the tier it needs, so it weighs a tenth
    for the cuts.
    """
    top = row.kept[-1]
    cuts = [min(1.0, p / max(top, 0.05)) for p in row.kept[:CUTS]]
    weight = 0.1 if top < 0.2 else 1.0
    return [*cuts, *row.kept], [weight] * CUTS + [1.0] * len(row.kept)
