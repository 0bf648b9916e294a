"""The text scores: one logistic model per fitted question over grams (words, pairs, pieces).

There is one question per border between two tiers, and one per tier: is its answer kept?
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix, diags

from tierwise.routing.fit import logistic
from tierwise.routing.fit.logistic import Array

LEAST_ROWS: Final = 3
"""The least number of rows that a gram must occur in."""
MOST_GRAMS: Final = (9_000, 2_000)
"""How many of the most frequent grams of requests and of outcomes are kept. This keeps the file
below a megabyte. It also keeps long contest texts from choosing the words by which editor requests
are read. A choice by how well grams separate the classes fits the training rows better and all
others worse."""
STRENGTH: Final = 1.0
"""Inverse regularisation strength, chosen by cross-validated log-loss."""
ALIKE: Final = 2.0
"""Pull of the scores of two wordings of a wish toward each other, also chosen by log-loss."""


class Texts:
    """How often each gram (word, word pair or piece of a word) is in each row, as one sparse
    matrix.

    The counts are on a log scale.
    """

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
    """The fitted weights of the text scores: one for each gram (word, pair of words, piece of a
    word) and question.

    There is a question for each border between two tiers, and one for each tier: is its answer
    kept?
    """

    def __init__(
        self,
        texts: Texts,
        rows: Array,
        targets: Array,
        weights: Array,
        asked: Array,
        twins: Array,
        cuts: int,
    ) -> None:
        """Fit the model. `targets` and `weights` have a column per question and a line per row.

        `asked` tells which rows are labelled requests. `twins` holds pairs of lines with two
        wordings of one wish. Their scores are pulled together for the first `cuts` questions only,
        since tasks with outcomes have one wording.
        """
        counts = texts.counts[rows]
        chosen = [
            _frequent(counts[own], most)
            for own, most in zip((asked, ~asked), MOST_GRAMS, strict=True)
            if own.any()
        ]
        self.columns = np.unique(np.concatenate(chosen))
        counts = counts[:, self.columns]
        present = np.asarray((counts > 0).sum(0)).ravel()
        self.idf = np.round(np.log((1 + len(rows)) / (1 + present)) + 1, 2)
        self.names = [texts.names[i] for i in self.columns]
        self.words = np.array([name.startswith("=") for name in self.names])
        x = self._scaled(counts)
        alike = x[twins[:, 0]] - x[twins[:, 1]]
        pulls = [ALIKE if k < cuts else 0.0 for k in range(targets.shape[1])]
        fitted = [
            logistic.fit(x, targets[:, k], weights[:, k], STRENGTH, alike, pulls[k])[1]
            for k in range(targets.shape[1])
        ]
        self.beta = np.round(np.stack(fitted, axis=1), 2)

    def scores(self, texts: Texts, rows: Array) -> Array:
        """What the text of each of these rows says, as one score per fitted question."""
        found: Array = self._scaled(texts.counts[rows][:, self.columns]) @ self.beta
        return found

    def _scaled(self, counts: Any) -> Any:
        valued = counts @ diags(self.idf)
        parts = []
        for kind in (self.words, ~self.words):
            part = valued @ diags(kind.astype(float))
            norm = np.sqrt(np.asarray(part.multiply(part).sum(1)).ravel())
            norm[norm == 0] = 1.0
            parts.append(diags(1 / norm) @ part)
        return (parts[0] + parts[1]).tocsr()


def _frequent(counts: Any, most: int) -> Array:
    """The columns of those `most` grams that occur in more rows than the others."""
    present = np.asarray((counts > 0).sum(0)).ravel()
    order = np.lexsort((np.arange(len(present)), -present))[:most]
    chosen: Array = np.sort(order[present[order] >= LEAST_ROWS])
    return chosen
