"""The trees of a cut: gradient boosting, exported as nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingClassifier

from tierwise.routing.fit.logistic import Array

TREES: Final = 80
DEPTH: Final = 5
RATE: Final = 0.08
LEAST_LEAF: Final = 8
SHARE: Final = 0.1
"""Share of the signals each split may choose from; all five chosen by cross-validated log-loss."""
DRAWS: Final = 3
"""Ensembles averaged; one alone is two parts in a hundred worse in log-loss, and its thresholds
jump from one fit to the next."""

FOREST: Final = 80
FOREST_LEAVES: Final = 32
FOREST_LEAST_LEAF: Final = 5
FOREST_SHARE: Final = 0.3
"""Trees of the forest, their leaves, rows per leaf and share of the signals a split may choose
from: a larger forest ranks no better on held-out tasks, and fills the file."""


class Boosted:
    """Boosted trees for one yes-or-no question, the mean of several draws of rows and signals."""

    def __init__(self, x: Array, target: Array, weight: Array) -> None:
        self.models = [
            GradientBoostingClassifier(
                n_estimators=TREES, max_depth=DEPTH, learning_rate=RATE, subsample=0.7,
                max_features=SHARE, min_samples_leaf=LEAST_LEAF, random_state=draw,
            ).fit(x.astype(np.float32), target >= 0.5, sample_weight=weight)
            for draw in range(DRAWS)
        ]  # fmt: skip
        prior = float(np.average(target >= 0.5, weights=weight))
        self.base = float(np.log(prior / (1 - prior)))

    def logits(self, x: Array) -> Array:
        """The sum of base and leaves for each row."""
        narrow = x.astype(np.float32)
        found: Array = np.mean([m.decision_function(narrow) for m in self.models], axis=0)
        return found

    def exported(self, names: Sequence[str]) -> list[Any]:
        """The trees as nested lists, in logits."""
        return [
            _node(tree.tree_, 0, RATE / DRAWS, names)
            for model in self.models
            for tree in model.estimators_[:, 0]
        ]


class Forest:
    """Trees with random splits (Geurts, 2006) that answer several shares at once."""

    def __init__(self, x: Array, targets: Array, weight: Array) -> None:
        self.model = ExtraTreesRegressor(
            n_estimators=FOREST, max_leaf_nodes=FOREST_LEAVES, min_samples_leaf=FOREST_LEAST_LEAF,
            max_features=FOREST_SHARE, random_state=0,
        ).fit(x.astype(np.float32), targets, sample_weight=weight)  # fmt: skip

    def exported(self, names: Sequence[str]) -> list[Any]:
        """Trees as `[signal, threshold, low, high]` and leaves with a share per question."""
        return [_shared(tree.tree_, 0, names) for tree in self.model.estimators_]


def _shared(tree: Any, at: int, names: Sequence[str]) -> list[Any]:
    if tree.children_left[at] < 0:
        return [round(float(share), 3) for share in tree.value[at][:, 0]]
    low = _shared(tree, tree.children_left[at], names)
    high = _shared(tree, tree.children_right[at], names)
    return [names[tree.feature[at]], round(float(tree.threshold[at]), 4), low, high]


def _node(tree: Any, at: int, rate: float, names: Sequence[str]) -> Any:
    if tree.children_left[at] < 0:
        return round(rate * float(tree.value[at][0][0]), 4)
    low = _node(tree, tree.children_left[at], rate, names)
    high = _node(tree, tree.children_right[at], rate, names)
    weights = tree.weighted_n_node_samples
    left, right = weights[tree.children_left[at]], weights[tree.children_right[at]]
    value = (left * _value(low) + right * _value(high)) / (left + right)
    threshold = round(float(tree.threshold[at]), 4)
    return [names[tree.feature[at]], threshold, low, high, round(float(value), 3)]


def _value(node: Any) -> float:
    return float(node[4] if isinstance(node, list) else node)
