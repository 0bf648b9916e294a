"""Words without their endings, so that "escaped" in a question finds `escape` in code.

The steps are those of M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980). A word
is seen as a row of vowels and consonants. Its measure is how often consonants follow vowels.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SHAPES: Final = re.compile("v+c+")
_VOWELS: Final = frozenset("aeiou")

_PLURALS: Final = (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", ""))
_DOUBLE: Final = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
    ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
    ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_FULL: Final = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip
_LAST: Final = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti",
    "ous", "ive", "ize", "al", "er", "ic", "ou",
)  # fmt: skip


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """The stem of a word in lower case, by the rules of English.

    A word of one or two letters, or with others than a to z, is returned unchanged.
    """
    if len(word) <= 2 or not word.isascii() or not word.isalpha():
        return word
    word = _participles(_replaced(word, _PLURALS, -1))
    if word.endswith("y") and "v" in _shape(word[:-1]):
        word = f"{word[:-1]}i"
    word = _replaced(_replaced(word, _DOUBLE, 0), _FULL, 0)
    for ending in _LAST:
        if word.endswith(ending):
            left = word[: -len(ending)]
            if _measure(left) > 1 and (ending != "ion" or left.endswith(("s", "t"))):
                word = left
            break
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _short(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word


def _participles(word: str) -> str:
    """The word without `ed` or `ing`, and with the `e` that the ending had replaced."""
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    ending = next((e for e in ("ed", "ing") if word.endswith(e)), "")
    left = word[: len(word) - len(ending)]
    if not ending or "v" not in _shape(left):
        return word
    if left.endswith(("at", "bl", "iz")) or (_measure(left) == 1 and _short(left)):
        return f"{left}e"
    doubled = len(left) > 1 and left[-1] == left[-2] and _shape(left)[-1] == "c"
    return left[:-1] if doubled and left[-1] not in "lsz" else left


def _replaced(word: str, endings: tuple[tuple[str, str], ...], least: int) -> str:
    """The word, with its ending replaced if the list has it. The first matching ending counts.

    The ending stays if the measure of the word without it is not above `least`.
    """
    for ending, instead in endings:
        if word.endswith(ending):
            left = word[: len(word) - len(ending)]
            return left + instead if _measure(left) > least else word
    return word


def _shape(word: str) -> str:
    """The word as consonants (c) and vowels (v). `y` after a consonant is a vowel."""
    shape: list[str] = []
    for char in word:
        vowel = char in _VOWELS or (char == "y" and bool(shape) and shape[-1] == "c")
        shape.append("v" if vowel else "c")
    return "".join(shape)


def _measure(word: str) -> int:
    return len(_SHAPES.findall(_shape(word)))


def _short(word: str) -> bool:
    """Whether a word ends in consonant, vowel, consonant. Such a word had an `e` at its end."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"
