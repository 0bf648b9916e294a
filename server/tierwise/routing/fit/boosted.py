"""The trees of a cut: gradient boosting, exported as nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

from tierwise.routing.fit.logistic import Array

TREES: Final = 120
DEPTH: Final = 5
RATE: Final = 0.06
LEAST_LEAF: Final = 8
SHARE: Final = 0.1
"""Share of the signals each split may choose from; all five chosen by cross-validated log-loss."""

SHARE_TREES: Final = 80
SHARE_DEPTH: Final = 4


class Boosted:
    """Boosted trees for one yes-or-no question."""

    def __init__(self, x: Array, target: Array, weight: Array) -> None:
        self.model = GradientBoostingClassifier(
            n_estimators=TREES, max_depth=DEPTH, learning_rate=RATE, subsample=0.7,
            max_features=SHARE, min_samples_leaf=LEAST_LEAF, random_state=0,
        ).fit(x.astype(np.float32), target >= 0.5, sample_weight=weight)  # fmt: skip
        prior = float(np.average(target >= 0.5, weights=weight))
        self.base = float(np.log(prior / (1 - prior)))

    def logits(self, x: Array) -> Array:
        """The sum of base and leaves for each row."""
        found: Array = self.model.decision_function(x.astype(np.float32))
        return found

    def exported(self, names: Sequence[str]) -> list[Any]:
        """The trees as nested lists, in logits."""
        return exported(self.model, RATE, names)


class BoostedShares:
    """Boosted trees for a share between 0 and 1."""

    def __init__(self, x: Array, target: Array, weight: Array) -> None:
        self.model = GradientBoostingRegressor(
            n_estimators=SHARE_TREES, max_depth=SHARE_DEPTH, learning_rate=RATE, subsample=0.6,
            max_features=0.15, min_samples_leaf=10, random_state=0,
        ).fit(x.astype(np.float32), target, sample_weight=weight)  # fmt: skip
        self.base = float(np.average(target, weights=weight))

    def exported(self, names: Sequence[str]) -> list[Any]:
        """The trees as nested lists, in shares."""
        return exported(self.model, RATE, names)


def exported(model: Any, rate: float, names: Sequence[str]) -> list[Any]:
    """Trees as `[signal, threshold, low, high, value]` and leaves."""
    return [_node(tree.tree_, 0, rate, names) for tree in model.estimators_[:, 0]]


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
