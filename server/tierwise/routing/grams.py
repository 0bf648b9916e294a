"""The text score: what the wording of a wish says, as one number per fitted question.

Words, pairs of words and pieces of words are looked up in a fitted table. Pieces let inflected
and compounded words, and scripts without spaces, share what was learned. Words and pieces are
scaled to the same length each, so that the many pieces do not drown the words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
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
    text = _DIGITS.sub("0", text)
    found: list[str] = []
    before = ""
    for word in _WORD.findall(text):
        found.append(f"={word}")
        if before:
            found.append(f"={before} {word}")
        before = word
    for token in text.split():
        short = token[:LONGEST_WORD]
        sizes: tuple[int, ...] = WIDE_PIECES
        if short.isascii() or max(short) < "⺀":
            short, sizes = f" {short} ", PIECES
        for n in sizes:
            found += [short[i : i + n] for i in range(len(short) - n + 1)]
    return Counter(found)


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


def scores(text: str, weights: Weights) -> tuple[float, ...]:
    """The text's scores, length taken out: one per cut, then one per fitted accept."""
    return _scores(text, weights.hash, weights)


@lru_cache(maxsize=256)
def _scores(text: str, _key: str, weights: Weights) -> tuple[float, ...]:
    get, texts = weights.grams.get, weights.texts
    squares = [0.0, 0.0]
    held: tuple[list[tuple[float, tuple[float, ...]]], ...] = ([], [])
    for gram, count in grams(text).items():
        entry = get(gram)
        if entry is None:
            continue
        value = entry[0] if count == 1 else (1.0 + math.log(count)) * entry[0]
        piece = gram[0] != "="
        squares[piece] += value * value
        held[piece].append((value, entry))
    of_words, of_pieces = (math.sqrt(s) or 1.0 for s in squares)
    return tuple(
        round(_sum(held[0], i) / of_words + _sum(held[1], i) / of_pieces, 9)
        for i in range(1, texts + 1)
    )


def _sum(held: list[tuple[float, tuple[float, ...]]], i: int) -> float:
    """Added one by one: `sum` rounds otherwise in other versions of Python."""
    total = 0.0
    for value, entry in held:
        total += value * entry[i]
    return total
