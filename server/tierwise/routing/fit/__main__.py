"""`python -m tierwise.routing.fit`: fit the weights from the labelled requests.

Deterministic. Two stages per cut: a logistic model on character n-grams of the wish gives
the text score, a second one weighs that score (made out of fold) beside the signals. Rows
with the same selection stay in one fold, everywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from tierwise.core.decision import Signals
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import signals as routing_signals
from tierwise.routing.estimate import estimate
from tierwise.routing.instruction import read
from tierwise.routing.route import parse_request
from tierwise.routing.weights import Weights, parse

NEEDS: Final = ("haiku", "sonnet", "opus")
OUT: Final = Path(__file__).parents[1] / "weights.json"
FOLDS: Final = 10
LEAST_ROWS: Final = 4
"""Rows an n-gram must stand in."""
MOST_GRAMS: Final = 9_000
"""N-grams kept, by weight: keeps the file below a megabyte."""
C_TEXT: Final = 4.0
C_SIGNALS: Final = 0.3
"""Inverse regularisation strengths, chosen by the cross-validated exact share at 3 % under."""
UNKNOWN_VARIANCE: Final = 0.25
"""Variance (squared logits) of a request that says nothing of its surroundings."""
ACCEPT_TOP: Final = 0.96
"""Share of answers kept at the top: labels agree with their majority that often."""
NOT_FITTED: Final = frozenset({"usages", "usage.files", "thread.reasks", "thread.rejected", "turn"})
"""Signals the labelled rows do not hold, or hold for another kind of thread."""

Array = np.ndarray[Any, np.dtype[np.float64]]


def main() -> None:
    """Fit, cross-validate, write the weights and print the figures."""
    folder = Path(os.environ.get("TIERWISE_DATA", "../shared/data"))
    path = folder / "requests.dev.jsonl"
    if not path.exists():
        sys.exit(f"There is no {path.name} in the shared data folder; set TIERWISE_DATA.")
    raw = path.read_bytes()
    rows = [json.loads(line) for line in raw.splitlines()]
    need = np.array([NEEDS.index(row["need"]) for row in rows])
    groups = np.array([_group(row) for row in rows])
    requests = [parse_request({k: v for k, v in r.items() if k != "sure"}) for r in rows]
    wishes = [read(r.instruction).wish for r in requests]
    blank = _blank()
    measured = [routing_signals.measure(r, weights=blank) for r in requests]

    held: list[Any] = [None] * len(rows)
    for train, test in GroupKFold(FOLDS).split(rows, need, groups):
        weights = _fit(
            [measured[i] for i in train], [wishes[i] for i in train], need[train], groups[train]
        )
        for i in test:
            own = Signals(
                measured[i].values,
                measured[i].unknown,
                routing_signals.text_scores(wishes[i], weights),
            )
            held[i] = estimate(own, weights, DEFAULT_LADDER)
    target = _target(held, need)
    figures = _figures(held, need, target)
    data = _fit_data(measured, wishes, need, groups)
    data["target"] = target
    data["about"] = {
        "fitted": datetime.now(UTC).date().isoformat(),
        "data": hashlib.sha256(raw).hexdigest()[:16],
        "rows": len(rows),
        "cross_validated": figures,
    }
    OUT.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    print(f"{OUT.stat().st_size / 1000:.0f} kB")


def _group(row: dict[str, Any]) -> str:
    text = (row["selection"] or {}).get("text") if row["selection"] else None
    if not text:
        return str(row["id"])
    return hashlib.sha256(re.sub(r"\W+", " ", text)[:400].encode()).hexdigest()


def _blank() -> Weights:
    data = {
        "format": 1, "signals": [], "mean": [], "scale": [], "intercept": [0.0, 0.0],
        "weight": [[], []], "spread": [[], []], "text_weight": [0.0, 0.0],
        "unknown_variance": 0.0, "accept_top": 1.0, "target": 0.8, "grams": {}, "about": {},
    }  # fmt: skip
    return parse(json.dumps(data).encode())


def _fit(measured: list[Signals], wishes: list[str], need: Array, groups: Array) -> Weights:
    return parse(json.dumps(_fit_data(measured, wishes, need, groups)).encode())


def _fit_data(
    measured: list[Signals], wishes: list[str], need: Array, groups: Array
) -> dict[str, Any]:
    names = [n for n in routing_signals.names(measured) if n not in NOT_FITTED]
    x = np.array([[s.values.get(n, 0.0) for n in names] for s in measured])
    mean, scale = x.mean(0), x.std(0)
    scale[scale < 1e-6] = 1.0
    z = np.clip((x - mean) / scale, -4, 4)
    grams = [routing_signals.grams(w) for w in wishes]
    scores = np.zeros((len(need), 2))
    for train, test in GroupKFold(5).split(z, need, groups):
        vocabulary = _vocabulary([grams[i] for i in train])
        for cut in range(2):
            coefficients = _text_model([grams[i] for i in train], need[train] <= cut, vocabulary)
            scores[test, cut] = _matrix([grams[i] for i in test], vocabulary) @ coefficients
    vocabulary = _vocabulary(grams)
    texts = [_text_model(grams, need <= cut, vocabulary) for cut in range(2)]
    fitted: dict[str, Any] = {
        "format": 1,
        "signals": names,
        "mean": _short(mean),
        "scale": _short(scale),
        "intercept": [],
        "weight": [],
        "spread": [],
        "text_weight": [],
        "unknown_variance": UNKNOWN_VARIANCE,
        "accept_top": ACCEPT_TOP,
        "about": {},
        "target": 0.8,
    }
    for cut in range(2):
        deviation = float(scores[:, cut].std()) or 1.0
        full = np.hstack([z, scores[:, [cut]] / deviation])
        model = LogisticRegression(C=C_SIGNALS, max_iter=2000).fit(full, need <= cut)
        p = model.predict_proba(full)[:, 1]
        hessian = (full * (p * (1 - p))[:, None]).T @ full + np.eye(full.shape[1]) / C_SIGNALS
        variance = np.diag(np.linalg.inv(hessian))
        fitted["intercept"].append(round(float(model.intercept_[0]), 5))
        fitted["weight"].append(_short(model.coef_[0][:-1]))
        fitted["spread"].append(_short(variance[:-1]))
        fitted["text_weight"].append(round(float(model.coef_[0][-1]) / deviation, 5))
    fitted["grams"] = _kept(vocabulary, texts)
    return fitted


def _vocabulary(grams: list[dict[str, int]]) -> dict[str, tuple[int, float]]:
    """N-gram to column and inverse document frequency."""
    rows = Counter(gram for found in grams for gram in found)
    kept = sorted(gram for gram, count in rows.items() if count >= LEAST_ROWS)
    total = len(grams)
    return {
        gram: (i, float(np.log((1 + total) / (1 + rows[gram])) + 1)) for i, gram in enumerate(kept)
    }


def _matrix(grams: list[dict[str, int]], vocabulary: dict[str, tuple[int, float]]) -> csr_matrix:
    data, columns, starts = [], [], [0]
    for found in grams:
        values = [
            (vocabulary[g][0], (1 + np.log(n)) * vocabulary[g][1])
            for g, n in sorted(found.items())
            if g in vocabulary
        ]
        norm = float(np.sqrt(sum(v * v for _, v in values))) or 1.0
        columns += [c for c, _ in values]
        data += [v / norm for _, v in values]
        starts.append(len(data))
    return csr_matrix((data, columns, starts), shape=(len(grams), len(vocabulary)))


def _text_model(
    grams: list[dict[str, int]],
    below: np.ndarray[Any, Any],
    vocabulary: dict[str, tuple[int, float]],
) -> Array:
    model = LogisticRegression(C=C_TEXT, max_iter=2000, solver="liblinear")
    coefficients: Array = model.fit(_matrix(grams, vocabulary), below).coef_[0]
    return coefficients


def _kept(vocabulary: dict[str, tuple[int, float]], texts: list[Array]) -> dict[str, list[float]]:
    size = np.maximum(*[np.abs(t) for t in texts])
    least = np.sort(size)[-MOST_GRAMS] if len(size) > MOST_GRAMS else 0.0
    return {
        gram: [round(idf, 3), *(round(float(t[i]), 3) for t in texts)]
        for gram, (i, idf) in vocabulary.items()
        if size[i] >= least
    }


def _target(held: list[Any], need: Array) -> float:
    """The smallest target with at most 3 % under-routed and no top task on the cheapest tier."""
    for target in np.arange(0.50, 0.991, 0.005):
        figures = _figures(held, need, float(target))
        if figures["under"] <= 0.03 and figures["top_on_cheapest"] == 0:
            return round(float(target), 3)
    return 0.99


def _figures(held: list[Any], need: Array, target: float) -> dict[str, float]:
    def take(shares: dict[str, float], at: float) -> int:
        return next((i for i, n in enumerate(NEEDS) if shares[n] >= at), 2)

    routed = np.array([take(e.lower, target) for e in held])
    likely = np.array([
        int(np.argmax(np.diff([0.0, *(e.need[n] for n in NEEDS)]))) for e in held
    ])  # fmt: skip
    p = np.array([e.need["haiku"] for e in held])
    bins = np.clip((p * 10).astype(int), 0, 9)
    ece = sum(
        abs(p[bins == b].mean() - (need[bins == b] == 0).mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    easy = need == 0
    return {
        "target": round(target, 3),
        "exact": round(float((routed == need).mean()), 4),
        "under": round(float((routed < need).mean()), 4),
        "over": round(float((routed > need).mean()), 4),
        "top_on_cheapest": int(((routed == 0) & (need == 2)).sum()),
        "argmax_exact": round(float((likely == need).mean()), 4),
        "haiku_kept": round(float((routed[easy] == 0).mean()), 4),
        "ece_haiku": round(float(ece), 4),
        "brier_haiku": round(float(((p - easy) ** 2).mean()), 4),
    }


def _short(values: Array) -> list[float]:
    return [round(float(v), 5) for v in values]


if __name__ == "__main__":
    main()
