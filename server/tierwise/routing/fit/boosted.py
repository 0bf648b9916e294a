"""Trees as the fit grows them, boosted or as a forest, exported as nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingClassifier

from tierwise.core.dataclass import dataclass
from tierwise.routing.fit.logistic import Array

TREES: Final = 80
DEPTH: Final = 5
RATE: Final = 0.08
LEAST_LEAF: Final = 12
"""The least rows in a leaf. Each wish has one and a half wordings, so these are eight wishes."""
SHARE: Final = 0.1
"""Share of the signals each split may choose from; all five chosen by cross-validated log-loss."""


@dataclass(frozen=True, slots=True)
class Size:
    """The number of trees in a forest, the most leaves of each, and the least rows in a leaf."""

    trees: int
    leaves: int | None
    least_leaf: int


NEED: Final = Size(80, 64, 6)
ACCEPT: Final = Size(80, 32, 5)
"""Larger forests rank held-out tasks no better, and make the file larger."""
FOREST_SHARE: Final = 0.3
"""Share of the signals each split of a forest may choose from."""


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
        """The logit of each row: the base plus the leaves it falls into."""
        found: Array = self.model.decision_function(x.astype(np.float32))
        return found

    def exported(self, names: Sequence[str]) -> list[Any]:
        """The trees as nested lists, in logits."""
        return [_node(tree.tree_, 0, RATE, names) for tree in self.model.estimators_[:, 0]]


class Forest:
    """Trees with random splits (Geurts, 2006) that answer several questions, each with a share."""

    def __init__(self, x: Array, targets: Array, weight: Array, size: Size) -> None:
        self.model = ExtraTreesRegressor(
            n_estimators=size.trees, max_leaf_nodes=size.leaves, min_samples_leaf=size.least_leaf,
            max_features=FOREST_SHARE, random_state=0,
        ).fit(x.astype(np.float32), targets, sample_weight=weight)  # fmt: skip

    def shares(self, x: Array) -> Array:
        """The mean of the leaves that each row falls into: a line per row, a column
        per question.
        """
        found: Array = self.model.predict(x.astype(np.float32))
        return found

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
