"""Takes names apart: `parseHTTPHeader` is about parsing, http and headers.

Words are in lower case and without their endings, so that "escape", "escaped" and "escaping" find
the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tierwise.index.stem import stem

NAME: Final = re.compile(r"[^\W\d][\w$]*|\$[\w$]+")
"""An identifier, in any script; `$` is part of names in JavaScript."""
LONGEST_NAME: Final = 100
"""The longest name in characters. A longer token is data."""
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_RANDOM: Final = re.compile(r"(?=[^\d]*\d)(?=.*[A-Za-z])[\w$]{20,}")
_COMMON: Final = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from",
        "has", "have", "if", "in", "into", "is", "it", "its", "no", "not", "of", "on", "or", "s",
        "so", "such", "t", "that", "the", "their", "then", "there", "these", "they", "this", "to",
        "up", "was", "we", "were", "when", "which", "will", "with", "you", "your", "should",
        "would", "could", "must", "only", "also", "than", "some", "any", "all", "via", "per",
        "using", "used",
    )
)  # fmt: skip
"""Words that do not help to find a file."""


def split(name: str) -> Iterator[str]:
    """The parts of a name or of a plain word, without their endings: "parseHeaders" has "pars" and
    "header". Words that do not help to find a file are left out.
    """
    for part in _PART.findall(name):
        word = part.lower()
        if len(word) > 1 and word not in _COMMON:
            yield stem(word)


def as_written(text: str) -> Mapping[str, str]:
    """Each stem (word without its ending) of a text, with the word it comes from in lower case."""
    found: dict[str, str] = {}
    for part in _PART.findall(text):
        for one in split(part):
            found.setdefault(one, part.lower())
    return found


@lru_cache(maxsize=20_000)
def stems(name: str) -> tuple[str, ...]:
    """What `split` gives for a name. It is cached, because files repeat their names."""
    return tuple(split(name))


def looks_secret(name: str) -> bool:
    """Whether a token looks generated: long, with letters and digits mixed at random.

    Nobody would search for such a token, and it may be a key.
    """
    if not _RANDOM.fullmatch(name):
        return False
    kinds = [_kind(char) for char in name if char not in "_$"]
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes * 3 >= len(kinds) or re.fullmatch(r"[0-9a-f_]+|[0-9A-F_]+", name) is not None


def _kind(char: str) -> str:
    return "d" if char.isdigit() else "u" if char.isupper() else "l"
