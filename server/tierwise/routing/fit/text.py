"""The text scores: one logistic model over grams per fitted question."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix, diags

from tierwise.routing.fit import logistic
from tierwise.routing.fit.logistic import Array

LEAST_ROWS: Final = 4
"""Rows a gram must stand in."""
MOST_GRAMS: Final = 7_000
"""Grams kept, by how far they part the classes: keeps the file below a megabyte."""
STRENGTH: Final = 1.0
"""Inverse regularisation strength, chosen by cross-validated log-loss."""


class Texts:
    """Gram counts of some rows (log scale), as one sparse matrix over all their grams."""

    def __init__(self, grams: Sequence[dict[str, int]]) -> None:
        rows = Counter(gram for found in grams for gram in found)
        self.names = sorted(gram for gram, count in rows.items() if count >= LEAST_ROWS)
        column = {gram: i for i, gram in enumerate(self.names)}
        data: list[float] = []
        columns: list[int] = []
        starts = [0]
        for found in grams:
            kept = sorted((column[g], n) for g, n in found.items() if g in column)
            columns += [c for c, _ in kept]
            data += [1.0 + math.log(n) for _, n in kept]
            starts.append(len(data))
        self.counts = csr_matrix((data, columns, starts), shape=(len(grams), len(self.names)))


class TextModel:
    """Weights per gram and question, fitted on some of the rows."""

    def __init__(self, texts: Texts, rows: Array, targets: Array, weights: Array) -> None:
        """`targets` and `weights` have one column per question, one line per row."""
        counts = texts.counts[rows]
        self.columns = _telling(counts, targets[:, 0])
        counts = counts[:, self.columns]
        present = np.asarray((counts > 0).sum(0)).ravel()
        self.idf = np.round(np.log((1 + len(rows)) / (1 + present)) + 1, 3)
        self.names = [texts.names[i] for i in self.columns]
        x = self._scaled(counts)
        fitted = [
            logistic.fit(x, targets[:, k], weights[:, k], STRENGTH)[1]
            for k in range(targets.shape[1])
        ]
        self.beta = np.round(np.stack(fitted, axis=1), 3)

    def scores(self, texts: Texts, rows: Array) -> Array:
        """One score per row and question."""
        found: Array = self._scaled(texts.counts[rows][:, self.columns]) @ self.beta
        return found

    def _scaled(self, counts: Any) -> Any:
        valued = counts @ diags(self.idf)
        norm = np.sqrt(np.asarray(valued.multiply(valued).sum(1)).ravel())
        norm[norm == 0] = 1.0
        return (diags(1 / norm) @ valued).tocsr()


def _telling(counts: Any, target: Array) -> Array:
    """Columns of the grams whose presence parts the rows best (a normal score of the shares)."""
    here = (counts > 0).astype(float)
    present = np.asarray(here.sum(0)).ravel()
    low = np.asarray(here.T @ target).ravel()
    share = target.mean()
    doubt = np.sqrt(np.maximum(present, 1) * share * (1 - share))
    score = np.where(present >= LEAST_ROWS, np.abs(low - present * share) / doubt, -1.0)
    order = np.lexsort((np.arange(len(score)), -score))[:MOST_GRAMS]
    chosen: Array = np.sort(order[score[order] >= 0])
    return chosen
