"""The trees of a cut: gradient boosting, exported as nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from tierwise.routing.fit.logistic import Array

TREES: Final = 120
DEPTH: Final = 3
RATE: Final = 0.07
LEAST_LEAF: Final = 12
SHARE: Final = 0.3
"""Share of the signals each split may choose from; all five chosen by cross-validated log-loss."""


class Boosted:
    """Boosted trees for one yes-or-no question, on soft targets."""

    def __init__(self, x: Array, target: Array, weight: Array) -> None:
        sure = (target <= 0.0) | (target >= 1.0)
        soft = np.flatnonzero(~sure)
        rows = np.concatenate([np.arange(len(target)), soft])
        labels = np.concatenate([np.where(sure, target, 1.0), np.zeros(len(soft))])
        weights = np.concatenate(
            [weight * np.where(sure, 1.0, target), weight[soft] * (1 - target[soft])]
        )
        self.model = GradientBoostingClassifier(
            n_estimators=TREES, max_depth=DEPTH, learning_rate=RATE, subsample=0.7,
            max_features=SHARE, min_samples_leaf=LEAST_LEAF, random_state=0,
        ).fit(x[rows].astype(np.float32), labels, sample_weight=weights)  # fmt: skip
        prior = float(np.average(labels, weights=weights))
        self.base = float(np.log(prior / (1 - prior)))

    def logits(self, x: Array) -> Array:
        """The sum of base and leaves for each row."""
        found: Array = self.model.decision_function(x.astype(np.float32))
        return found

    def exported(self, names: Sequence[str]) -> list[Any]:
        """The trees as `[signal, threshold, low, high, value]` and leaves, in logits."""
        return [self._node(tree.tree_, 0, names) for tree in self.model.estimators_[:, 0]]

    def _node(self, tree: Any, at: int, names: Sequence[str]) -> Any:
        if tree.children_left[at] < 0:
            return round(RATE * float(tree.value[at][0][0]), 4)
        low = self._node(tree, tree.children_left[at], names)
        high = self._node(tree, tree.children_right[at], names)
        weights = tree.weighted_n_node_samples
        left, right = weights[tree.children_left[at]], weights[tree.children_right[at]]
        value = (left * _value(low) + right * _value(high)) / (left + right)
        threshold = round(float(tree.threshold[at]), 5)
        return [names[tree.feature[at]], threshold, low, high, round(float(value), 4)]


def _value(node: Any) -> float:
    return float(node[4] if isinstance(node, list) else node)
