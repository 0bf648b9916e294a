"""The text score: what the wording of a wish says, as one number per fitted question.

Words, pairs of words and pieces of words are looked up in a fitted table. Pieces let inflected
and compounded words, and scripts without spaces, share what was learned. Words and pieces are
scaled to the same length each, so that the many pieces do not drown the words.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

from tierwise.routing.weights import Weights

PIECES: Final = (2, 3, 4, 5)
"""Lengths (characters) of pieces of a word in scripts with spaces; the edges count as one."""
WIDE_PIECES: Final = (1, 2, 3)
"""Lengths of pieces in scripts without spaces, where a word has one to three characters."""
LONGEST_WORD: Final = 24
"""Characters of a word that are cut into pieces; what is longer is no word."""

_WORD: Final = re.compile(r"\w+")
_DIGITS: Final = re.compile(r"\d+")


def grams(text: str) -> dict[str, int]:
    """How often each word (`=word`), pair (`=a b`) and piece stands in a plain text."""
    found: dict[str, int] = {}
    text = _DIGITS.sub("0", text)
    before = ""
    for word in _WORD.findall(text):
        _count(found, f"={word}")
        if before:
            _count(found, f"={before} {word}")
        before = word
    for token in text.split():
        short = token[:LONGEST_WORD]
        if short.isascii() or max(short) < "⺀":
            short, wide = f" {short} ", False
        else:
            wide = True
        for n in WIDE_PIECES if wide else PIECES:
            for i in range(len(short) - n + 1):
                _count(found, short[i : i + n])
    return found


def novelty(text: str, weights: Weights) -> float:
    """Share of the words in which nothing is known: neither the word nor a piece of it."""
    words = text.split()
    if not words:
        return 0.0
    table = weights.grams
    strange = 0
    for word in words:
        short = word[:LONGEST_WORD]
        known = short.isascii() or any(
            short[i : i + n] in table for n in (2, 1) for i in range(len(short) - n + 1)
        )
        strange += not known
    return round(strange / len(words), 6)


def _count(found: dict[str, int], gram: str) -> None:
    found[gram] = found.get(gram, 0) + 1


def scores(text: str, weights: Weights) -> tuple[float, ...]:
    """The text's scores, length taken out: one per cut, then one per fitted accept."""
    return _scores(text, weights.hash, weights)


@lru_cache(maxsize=256)
def _scores(text: str, _key: str, weights: Weights) -> tuple[float, ...]:
    table = weights.grams
    squares = [0.0, 0.0]
    sums = [[0.0] * weights.texts, [0.0] * weights.texts]
    for gram, count in grams(text).items():
        entry = table.get(gram)
        if entry is None:
            continue
        piece = int(gram[0] != "=")
        value = (1.0 + math.log(count)) * entry[0]
        squares[piece] += value * value
        kind = sums[piece]
        for i in range(weights.texts):
            kind[i] += value * entry[1 + i]
    of_words, of_pieces = (math.sqrt(s) or 1.0 for s in squares)
    return tuple(
        round(a / of_words + b / of_pieces, 9) for a, b in zip(sums[0], sums[1], strict=True)
    )
