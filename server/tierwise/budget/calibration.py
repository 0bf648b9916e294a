"""Histograms of what requests really used, and the bounds that follow from them. Pure.

Two things are learned from settled attempts: how many output tokens an action takes on a
model, and how large a prompt in a language is, compared with its static upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from tierwise.budget import tokens
from tierwise.core.dataclass import dataclass
from tierwise.store.samples import Key

OUTPUT_STEPS: Final = 8
"""Buckets per doubling of output tokens: each is 9 % wide."""

INPUT_STEPS: Final = 50
"""Buckets from nothing to the whole static bound: each is two hundredths of it wide."""

ENOUGH_OUTPUT: Final = 50
ENOUGH_INPUT: Final = 200
"""Observations that a histogram needs before it counts. Until then the static bounds hold. Only a
prompt above its static bound counts at once."""

OUTPUT_MARGIN: Final = 1.25
"""Factor on the 99th percentile, so that fewer than one answer in a hundred is cut off."""

INPUT_MARGIN: Final = 1.15
"""Factor on the largest share ever seen."""

LEAST_INPUT: Final = 0.6
"""The bound never shrinks below this share of the static one, however small past prompts were."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """All histograms of what requests used. `samples` maps each to its counts per bucket."""

    samples: Mapping[Key, Mapping[int, int]] = field(default_factory=dict)

    def output_cap(self, model: str, action: str, most: int) -> int:
        """Output tokens to allow: the 99th percentile so far with a margin, at most `most`.

        It is `most` while there are fewer than `ENOUGH_OUTPUT` observations.
        """
        found = self.samples.get(("output", model, action), {})
        if sum(found.values()) < ENOUGH_OUTPUT:
            return most
        wanted = math.ceil(_output_top(quantile(found, 0.99)) * OUTPUT_MARGIN)
        return min(most, max(wanted, tokens.SMALLEST_OUTPUT))

    def median_output(self, model: str, action: str) -> int:
        """The median output tokens of an action on a model; the shipped median of the action while
        there are fewer than `ENOUGH_OUTPUT` observations.
        """
        found = self.samples.get(("output", model, action), {})
        if sum(found.values()) < ENOUGH_OUTPUT:
            return tokens.MEDIAN_OUTPUT.get(action, tokens.TYPICAL_OUTPUT)
        return _output_top(quantile(found, 0.5))

    def input_factor(self, model: str, language: str | None) -> float:
        """By what the static bound of a prompt's tokens (that from its text alone) is multiplied.

        It is above 1 where prompts had more tokens than that bound, and below 1 where they stayed
        under it.
        """
        found = self.samples.get(("input", model, language or ""), {})
        if not found:
            return 1.0
        largest = (max(found) + 1) / INPUT_STEPS
        if largest > 1.0:
            return largest * INPUT_MARGIN
        if sum(found.values()) < ENOUGH_INPUT:
            return 1.0
        return min(1.0, max(LEAST_INPUT, largest * INPUT_MARGIN))


def output_bucket(used: int, *, truncated: bool) -> int:
    """The histogram bucket of an answer's tokens.

    An answer that was cut off is entered with twice its tokens, since it would have been longer.
    """
    return math.floor(math.log2(max(used * (2 if truncated else 1), 1)) * OUTPUT_STEPS)


def input_bucket(used: int, bound: int) -> int:
    """The bucket of a prompt's tokens as a share of its static bound (that from its text alone)."""
    return math.floor(used / max(bound, 1) * INPUT_STEPS)


def quantile(histogram: Mapping[int, int], share: float) -> int:
    """The first bucket up to which at least this share of the observations lies.

    Raises `ValueError` for an empty histogram.
    """
    wanted, seen = share * sum(histogram.values()), 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen >= wanted:
            return bucket
    raise ValueError("an empty histogram has no quantile")


def _output_top(bucket: int) -> int:
    """The largest number of tokens that falls into a bucket."""
    return math.ceil(2 ** ((bucket + 1) / OUTPUT_STEPS))
