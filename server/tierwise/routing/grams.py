"""The text score: what the wording of a wish says, as one number per fitted question.

Words, pairs of words and pieces of words are looked up in a fitted table. Through pieces, inflected
and compounded words share what was learned, and so do scripts without spaces. Words and pieces are
scaled to the same length each, so that the many pieces do not outweigh the words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from operator import mul
from typing import Final

from tierwise.routing.weights import Weights

PIECES: Final = (2, 3, 4, 5)
"""Lengths (characters) of pieces of a word in scripts with spaces. Each edge of a word counts as
one character."""
WIDE_PIECES: Final = (1, 2, 3)
"""Lengths of pieces in scripts without spaces, where a word has one to three characters."""
LONGEST_WORD: Final = 24
"""Characters at the start of a word of which pieces are made; something longer is no word."""

_WORD: Final = re.compile(r"\w+")
_DIGITS: Final = re.compile(r"\d+")


def grams(text: str) -> dict[str, int]:
    """How often each word (`=word`), pair (`=a b`) and piece is in a plain text."""
    text = _DIGITS.sub("0", text)
    found = _words(text)
    for token in text.split():
        found += _pieces(token)
    return Counter(found)


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    found = [f"={word}" for word in words]
    return found + [f"={a} {b}" for a, b in pairwise(words)]


def _pieces(token: str) -> list[str]:
    short = token[:LONGEST_WORD]
    sizes: tuple[int, ...] = WIDE_PIECES
    if short.isascii() or max(short) < "⺀":
        short, sizes = f" {short} ", PIECES
    return [short[i : i + n] for n in sizes for i in range(len(short) - n + 1)]


@lru_cache(maxsize=4096)
def _known_pieces(token: str, weights: Weights) -> tuple[str, ...]:
    """The pieces of a token that the table holds.

    Cached, as few words make up most of what is written.
    """
    return tuple(piece for piece in _pieces(token) if piece in weights.grams)


def novelty(text: str, weights: Weights) -> float:
    """Share of the words of which nothing is known, not even one or two letters in a row.

    A word of ASCII characters counts as known.
    """
    words = text.split()
    if not words:
        return 0.0
    table = weights.grams
    strange = sum(not _has_known_letters(word[:LONGEST_WORD], table) for word in words)
    return round(strange / len(words), 6)


def _has_known_letters(short: str, table: Mapping[str, object]) -> bool:
    return short.isascii() or any(
        short[i : i + n] in table for n in (2, 1) for i in range(len(short) - n + 1)
    )


def scores(text: str, weights: Weights) -> tuple[float, ...]:
    """The text's scores, not affected by its length.

    The first are one per border between two tiers, the others one per tier for whether its answer
    is kept.
    """
    return _scores(text, weights.hash, weights)


@lru_cache(maxsize=256)
def _scores(text: str, _key: str, weights: Weights) -> tuple[float, ...]:
    table, found = weights.grams, [0.0] * weights.texts
    text = _DIGITS.sub("0", text)
    words = [word for word in _words(text) if word in table]
    pieces: list[str] = []
    for token in text.split():
        pieces += _known_pieces(token, weights)
    for kind in (words, pieces):
        if not kind:
            continue
        counts = Counter(kind)
        rarity, *told = zip(*(table[gram] for gram in counts), strict=True)
        counted = [1.0 if n == 1 else 1.0 + math.log(n) for n in counts.values()]
        values = list(map(mul, counted, rarity))
        length = math.sqrt(math.fsum(map(mul, values, values))) or 1.0
        for i, weighs in enumerate(told):
            found[i] += math.fsum(map(mul, values, weighs)) / length
    return tuple(round(score, 9) for score in found)
