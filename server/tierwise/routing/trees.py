"""Small trees, evaluated in plain Python and credited to the signals they ask.

In the file a node is a leaf or `[signal, threshold, low, high, value]`: low is taken where the
signal is at most the threshold; `value` is the node's own expected answer, so that each step down
a tree can be credited to the signal that was asked (Saabas, 2014). To be walked fast, signals
become places in a list, and a node carries what a step to either side is credited with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Tree = Any
"""float | tuple[int, float, Tree, Tree, float, float]: place, threshold, low, high, and the credit
of either step; recursive types cost more than they tell."""
Shared = Any
"""list[float] | tuple[int, float, Shared, Shared]: a tree whose leaf answers several questions."""


def total(trees: Sequence[Tree], values: Sequence[float]) -> float:
    """The sum of the leaves a list of values falls into, in logits."""
    result = 0.0
    for node in trees:
        while type(node) is tuple:
            node = node[2] if values[node[0]] <= node[1] else node[3]
        result += node
    return result


def credited(trees: Sequence[Tree], values: Sequence[float], given: list[float]) -> float:
    """The same sum; what each signal moved it by (logits) is added to its place in `given`."""
    result = 0.0
    for node in trees:
        while type(node) is tuple:
            place, threshold, low, high, lowers, raises = node
            if values[place] <= threshold:
                given[place] += lowers
                node = low
            else:
                given[place] += raises
                node = high
        result += node
    return result


def averaged(trees: Sequence[Shared], values: Sequence[float], questions: int) -> list[float]:
    """The mean of the leaves for each question; halves where there are no trees."""
    if not trees:
        return [0.5] * questions
    result = [0.0] * questions
    for node in trees:
        while type(node) is tuple:
            node = node[2] if values[node[0]] <= node[1] else node[3]
        for i, share in enumerate(node):
            result[i] += share
    return [share / len(trees) for share in result]


def planted(node: Any, places: Mapping[str, int]) -> Tree:
    """A tree as read from JSON, made fast to walk."""
    if not isinstance(node, list):
        return float(node)
    name, threshold, low, high, value = node
    lowers = (low[4] if isinstance(low, list) else low) - value
    raises = (high[4] if isinstance(high, list) else high) - value
    sides = planted(low, places), planted(high, places)
    return (places[name], threshold, *sides, lowers, raises)


def shared(node: Any, places: Mapping[str, int]) -> Shared:
    """A tree of several questions, whose nodes are `[signal, threshold, low, high]`."""
    if not isinstance(node[0], str):
        return [float(share) for share in node]
    name, threshold, low, high = node
    return (places[name], threshold, shared(low, places), shared(high, places))
