"""Small boosted trees, evaluated in plain Python and credited to the signals they ask.

A node is a number (a leaf, in logits) or `(signal, threshold, low, high, value)`: low is taken
where the signal is at most the threshold; `value` is the node's own expected logit, so that
each step down a tree can be credited to the signal that was asked (Saabas, 2014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Tree = Any
"""float | tuple[str, float, Tree, Tree, float]; recursive types cost more than they tell."""


def total(trees: Sequence[Tree], values: Mapping[str, float]) -> float:
    """The sum of the leaves a set of values falls into, in logits.

    Raises `KeyError` where a tree asks what the values do not hold.
    """
    result = 0.0
    for node in trees:
        while type(node) is tuple:
            signal, threshold, low, high, _ = node
            node = low if values[signal] <= threshold else high
        result += node
    return result


def credits(trees: Sequence[Tree], values: Mapping[str, float]) -> dict[str, float]:
    """How much each signal moved the sum, in logits."""
    given: dict[str, float] = {}
    for node in trees:
        while type(node) is tuple:
            signal, threshold, low, high, before = node
            node = low if values[signal] <= threshold else high
            after = node[4] if type(node) is tuple else node
            given[signal] = given.get(signal, 0.0) + after - before
    return given


def frozen(node: Any) -> Tree:
    """A tree as read from JSON, its lists made tuples."""
    if isinstance(node, list):
        return (node[0], node[1], frozen(node[2]), frozen(node[3]), node[4])
    return float(node)
