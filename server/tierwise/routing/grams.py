"""The text score: what the wording of a wish says, as one number per fitted question.

Words, pairs of words and pieces of words are looked up in a fitted table. Pieces let inflected
and compounded words, and scripts without spaces, share what was learned.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

from tierwise.routing.weights import Weights

PIECES: Final = (3, 4)
"""Lengths (characters) of pieces of a word in scripts with spaces; the edges count as one."""
WIDE_PIECES: Final = (1, 2, 3)
"""Lengths of pieces in scripts without spaces, where a word has one to three characters."""
LONGEST_WORD: Final = 24
"""Characters of a word that are cut into pieces; what is longer is no word."""

_TOKEN: Final = re.compile(r"[^\W_]+|[?+#]")
_DIGITS: Final = re.compile(r"\d+")


def grams(text: str) -> dict[str, int]:
    """How often each word (`=word`), pair (`=a b`) and piece stands in a plain text."""
    found: dict[str, int] = {}
    before = ""
    for word in _TOKEN.findall(_DIGITS.sub("0", text)):
        keys = [f"={word}"]
        if before:
            keys.append(f"={before} {word}")
        before = word
        short = word[:LONGEST_WORD]
        if short.isascii() or max(short) < "⺀":
            edged = f" {short} "
            for n in PIECES:
                keys += [edged[i : i + n] for i in range(len(edged) - n + 1)]
        else:
            for n in WIDE_PIECES:
                keys += [short[i : i + n] for i in range(len(short) - n + 1)]
        for key in keys:
            found[key] = found.get(key, 0) + 1
    return found


def scores(text: str, weights: Weights) -> tuple[float, ...]:
    """The text's scores, length taken out: one per cut, then one per fitted accept."""
    return _scores(text, weights.hash, weights)


@lru_cache(maxsize=256)
def _scores(text: str, _key: str, weights: Weights) -> tuple[float, ...]:
    table = weights.grams
    squares = 0.0
    sums = [0.0] * weights.texts
    for gram, count in grams(text).items():
        entry = table.get(gram)
        if entry is None:
            continue
        value = (1.0 + math.log(count)) * entry[0]
        squares += value * value
        for i in range(weights.texts):
            sums[i] += value * entry[1 + i]
    norm = math.sqrt(squares) or 1.0
    return tuple(round(s / norm, 9) for s in sums)
