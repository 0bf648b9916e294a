"""Whether a wish is in a language that nobody taught, told by its words.

Its letters may be those of a language that was, and bits of its words look like those of another.
So a word of letters is known where it, a long piece of it, or its beginning is in what the fit
read or in the word families, which hold words of many languages. Many new words in a row tell. A
few words of a wish nobody else uses in any language, such as names; but where not one word of it
is known as a whole, and little of any, a short wish tells too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from tierwise.routing import canonical, lexicon
from tierwise.routing.grams import LONGEST_WORD, PIECES
from tierwise.routing.weights import Weights

NAMES: Final = 3
"""Words of a wish that may be names of its own."""
ENOUGH: Final = 2
"""New words beyond those that make a language nobody taught."""
LEAST: Final = 2
"""Words of the shortest wish that tells a language."""
FEW: Final = 0.35
"""Share of the short pieces of such a wish's words that may be known: terse English that is new
("center div") shares most of them with other words, another language few."""
SHORT: Final = 4
"""Characters of such a piece; an edge counts as one."""
WIDE: Final = "⺀"
"""The first character of scripts without spaces."""
LEAST_START: Final = 4
"""Letters of a beginning that tell a word."""


def new_words(text: str, weights: Weights) -> float:
    """How surely a wish is in a language that nobody taught, 0 to 1."""
    table = weights.grams
    every = text.split()
    words = [word for word in every if _is_spelt(word)]
    new = [not _is_known(word[:LONGEST_WORD], table) for word in words]
    if len(words) >= LEAST and not _any_whole(every, table):
        alike = sum(_alike(word[:LONGEST_WORD], table) for word in words) / len(words)
        if alike <= FEW:
            return 1.0
    return min(1.0, max(0.0, (_stretch(new) - NAMES) / ENOUGH))


def _stretch(new: Sequence[bool]) -> int:
    """By how many the new words outnumber the others where they do so most: what is said around a
    wish in a language that is known does not count against it."""
    best = here = 0
    for strange in new:
        here = max(0, here + (1 if strange else -1))
        best = max(best, here)
    return best


def _is_spelt(word: str) -> bool:
    """Whether a word is one of letters, in a script with spaces, and more than a little word."""
    return len(word) > 2 and word.isalpha() and max(word) < WIDE


def _any_whole(words: Sequence[str], table: Mapping[str, object]) -> bool:
    """Whether a word is known as a whole; a little one may be of any language, and scripts without
    spaces are read by their characters."""
    return any(max(word) >= WIDE or (word.isalpha() and _is_whole(word, table)) for word in words)


def _is_whole(word: str, table: Mapping[str, object]) -> bool:
    return f"={word}" in table or _is_of_families(word)


def _is_known(short: str, table: Mapping[str, object]) -> bool:
    if _is_whole(short, table):
        return True
    edged, size = f" {short} ", PIECES[-1]
    return any(edged[i : i + size] in table for i in range(len(edged) - size + 1))


def _alike(short: str, table: Mapping[str, object]) -> float:
    """The share of a word's short pieces that are known."""
    edged = f" {short} "
    pieces = [edged[i : i + SHORT] for i in range(len(edged) - SHORT + 1)]
    return sum(piece in table for piece in pieces) / len(pieces)


@lru_cache(maxsize=4096)
def _is_of_families(word: str) -> bool:
    whole, starts = _vocabulary()
    return word in whole or any(word[:n] in starts for n in range(LEAST_START, len(word) + 1))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """The words of all families, of phrases too, as wishes are read; and how they may begin."""
    whole = set(canonical.vocabulary())
    starts = set()
    for terms in lexicon.FAMILIES.values():
        for term in terms.split():
            *before, last = term.rstrip("*").casefold().split("_")
            if term.endswith("*"):
                starts.add(last)
            for word in (*before, last):
                whole |= {word, canonical.form(word)}
    return frozenset(whole), frozenset(starts)
