"""Tells by its words whether a wish is in a language that is not in the fit.

Such a language may share its letters with a known one, and bits of its words look like those of
another. So a word of letters counts as known if the word, a long piece of it, or its beginning is
in what the fit read or in the word families, which hold words of many languages. Many new words in
a row show an unknown language. A few new words, such as names, occur in a wish in any language. But
if no word of a short wish is known as a whole, and few pieces of its words are, that shows one too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from tierwise.routing import canonical, lexicon
from tierwise.routing.grams import LONGEST_WORD, PIECES
from tierwise.routing.weights import Weights

NAMES: Final = 3
"""New words of a wish that may be names."""
ENOUGH: Final = 2
"""New words beyond `NAMES` from which the language is certainly not in the fit."""
LEAST: Final = 2
"""The least words of a wish whose language can be told."""
FEW: Final = 0.35
"""The most short pieces that a wish in an unknown language shares with known words, as a share.
Terse English that is new ("center div") shares most of its pieces, another language few."""
SHORT: Final = 4
"""Characters of a short piece of a word. An edge of the word counts as one."""
WIDE: Final = "⺀"
"""The first character of scripts without spaces."""
LEAST_START: Final = 4
"""The least letters of a beginning by which a word is recognized."""


def new_words(text: str, weights: Weights) -> float:
    """How surely a wish is in a language that is not in the fit, 0 to 1."""
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
    """By how many the new words outnumber the known ones, in the stretch where they do so most.

    So talk in a known language around a wish does not hide that the wish is in another one.
    """
    best = here = 0
    for strange in new:
        here = max(0, here + (1 if strange else -1))
        best = max(best, here)
    return best


def _is_spelt(word: str) -> bool:
    """Whether a word has more than two characters, all letters, in a script with spaces."""
    return len(word) > 2 and word.isalpha() and max(word) < WIDE


def _any_whole(words: Sequence[str], table: Mapping[str, object]) -> bool:
    """Whether any word is known as a whole.

    In scripts without spaces every word counts as known, since it is read by its characters.
    """
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
    """The whole words of all families and groups, as written and in canonical form, and the
    beginnings (`stem*`). The words of phrases are included.
    """
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
