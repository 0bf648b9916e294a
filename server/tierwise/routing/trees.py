"""Small trees in plain Python. Each step of a walk can be credited to the signal that was tested.

In the file a node is `[signal, threshold, low, high]` or a leaf. The walk goes to `low` where the
signal is at most the threshold. A leaf answers one question with a number, or several with a list.
Boosted trees carry the node's own expected answer as a fifth item: the change of that answer is
what a step contributed (Saabas, 2014).

A decision walks some hundred trees that are not in the processor's cache, so most of the time goes
into fetching nodes. They lie side by side in arrays, one fifth of the memory that objects would
take.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from tierwise.core.dataclass import dataclass


def _floats() -> array[float]:
    return array("d")


def _shorts() -> array[int]:
    return array("h")


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees that are walked together. `answers` holds one array of leaves per question.

    Node `i` tests the signal whose index is `places[i]`; `low` and `high` hold the next node, or
    `~leaf`. `lowers` and `raises` are what a step to either side changes in the expected answer;
    they are empty where the file has no expected answers. Walks start at `roots`.
    """

    roots: tuple[int, ...]
    places: bytearray = field(default_factory=bytearray)
    thresholds: array[float] = field(default_factory=_floats)
    low: array[int] = field(default_factory=_shorts)
    high: array[int] = field(default_factory=_shorts)
    lowers: array[float] = field(default_factory=_floats)
    raises: array[float] = field(default_factory=_floats)
    answers: tuple[array[float], ...] = ()
    askers: tuple[tuple[int, ...], ...] = ()
    """For each place the trees that test the signal there."""
    _latest: list[tuple[Sequence[float], list[int]]] = field(
        default_factory=list, compare=False, repr=False
    )
    """The values of the last walk and the leaves they fell into. The entry is replaced as a whole,
    since several threads walk."""

    def sums(self, values: Sequence[float]) -> list[float]:
        """For each question, the sum of the leaves that these values fall into."""
        return self._summed(self._fallen(values))

    def means(self, values: Sequence[float]) -> list[float]:
        """For each question, the mean of the leaves that these values fall into."""
        return [total / len(self.roots) for total in self.sums(values)]

    def credited(self, values: Sequence[float], given: list[float]) -> list[float]:
        """The result of `sums`. What each signal contributed is added to its entry in `given`."""
        places, thresholds, low, high = self.places, self.thresholds, self.low, self.high
        fallen: list[int] = []
        for node in self.roots:
            while node >= 0:
                place = places[node]
                if values[place] <= thresholds[node]:
                    given[place] += self.lowers[node]
                    node = low[node]
                else:
                    given[place] += self.raises[node]
                    node = high[node]
            fallen.append(~node)
        return self._summed(fallen)

    def _fallen(self, values: Sequence[float]) -> list[int]:
        """The leaf of each tree.

        Requests that follow one another differ in few signals, so only the trees that test one of
        those are walked again.
        """
        if self._latest:
            before, kept = self._latest[0]
            fallen = list(kept)
            pairs = zip(before, values, self.askers, strict=False)
            for tree in {tree for a, b, asking in pairs if a != b for tree in asking}:
                fallen[tree] = self._leaf(self.roots[tree], values)
        else:
            fallen = [self._leaf(root, values) for root in self.roots]
        self._latest[:] = [(tuple(values), fallen)]
        return fallen

    def _leaf(self, node: int, values: Sequence[float]) -> int:
        places, thresholds = self.places, self.thresholds
        while node >= 0:
            low = values[places[node]] <= thresholds[node]
            node = (self.low if low else self.high)[node]
        return ~node

    def _summed(self, fallen: Sequence[int]) -> list[float]:
        return [math.fsum(map(answer.__getitem__, fallen)) for answer in self.answers]


def planted(trees: Sequence[Any], places: Mapping[str, int]) -> Trees:
    """Trees as read from JSON, made fast to walk. `places` maps a signal to the index of its value.

    Raises `OverflowError` for more than 32,767 nodes, the most that a short can number.
    """
    made = Trees(roots=())
    leaves: list[Sequence[float]] = []
    roots = tuple(_grow(tree, places, made, leaves) for tree in trees)
    answers = tuple(array("d", question) for question in zip(*leaves, strict=True))
    asked = [_asked(root, made) for root in roots]
    numbers = range(max(places.values(), default=-1) + 1)
    askers = tuple(tuple(t for t, a in enumerate(asked) if at in a) for at in numbers)
    return replace(made, roots=roots, answers=answers, askers=askers)


def _asked(node: int, trees: Trees) -> set[int]:
    """The places of the signals that a tree tests."""
    found: set[int] = set()
    nodes = [node]
    while nodes:
        node = nodes.pop()
        if node >= 0:
            found.add(trees.places[node])
            nodes += (trees.low[node], trees.high[node])
    return found


def _grow(node: Any, places: Mapping[str, int], made: Trees, leaves: list[Sequence[float]]) -> int:
    """Put a node and all below it into the arrays. Returns its index, or `~leaf` for a leaf."""
    if not isinstance(node, list) or not isinstance(node[0], str):
        leaves.append(node if isinstance(node, list) else (float(node),))
        return -len(leaves)
    name, threshold, low, high, *expected = node
    at = len(made.places)
    made.places.append(places[name])
    made.thresholds.append(threshold)
    made.low.append(0)
    made.high.append(0)
    for value in expected:
        made.lowers.append((low[4] if isinstance(low, list) else low) - value)
        made.raises.append((high[4] if isinstance(high, list) else high) - value)
    made.low[at] = _grow(low, places, made, leaves)
    made.high[at] = _grow(high, places, made, leaves)
    return at
