"""What the words of a wish say: counts of word families, shape and scale, whatever the language.

It reads only the instruction. Politeness, case, apostrophes, repeated space and marks at the ends
are taken out before words are counted, so that none of them changes what is counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tierwise.routing import lexicon
from tierwise.routing.scale import log

CLOSED_WORDS: Final = 16
"""The most words of a question that a word or a line can answer."""
MECHANICAL_WORDS: Final = 40
"""The most words of a wish that is plain substitution; a longer wish sets conditions."""
NEGATES: Final = frozenset(
    (
        "no", "not", "dont", "never", "without", "skip", "nicht", "ohne", "kein", "keine",
        "keinen", "sin", "sans", "pas", "sem", "senza", "non",
    )
)  # fmt: skip
"""Words that negate the next few words."""
NEGATED: Final = 3
ENDS: Final = 200
"""Characters at each end of an instruction that are searched for courtesy."""

_COURTESY: Final = re.compile(lexicon.POLITE.pattern, re.IGNORECASE)
_EDGES: Final = " ,.;:!-–—"
_APOSTROPHE: Final = re.compile(r"[’'`´‘]")
_WORD: Final = re.compile(r"[^\W_]+(?:[+.-][^\W_]+)*\+*")
_UNSPACED: Final = re.compile(r"[぀-ヿ㐀-鿿฀-๿]")
_IDENTIFIER: Final = re.compile(
    r"\b\w+_\w+\b|\b[a-z]+[A-Z]\w+\b|\b\w+\(\)|\b[\w/-]{1,64}\.\w{1,5}\b"
)
_SENTENCE: Final = re.compile(r"[.!?。！？]+(?:\s|$)|[;；]|\n")


def plain(wish: str) -> str:
    """The instruction without case, politeness, apostrophes, repeated space and marks at its ends,
    which mean nothing.
    """
    text = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", wish)).casefold()
    text = lexicon.POLITE.sub(" ", text)
    return " ".join(text.split()).strip(_EDGES)


def bare(instruction: str) -> str:
    """An instruction without courtesy in its first and last `ENDS` characters, and without repeated
    space. Its lines are kept.
    """
    text = "\n".join(" ".join(line.split()) for line in instruction.strip().split("\n"))
    head, middle = text[:ENDS], text[ENDS:-ENDS]
    tail = text[max(ENDS, len(text) - ENDS) :]
    text = _COURTESY.sub(" ", head) + middle + _COURTESY.sub(" ", tail)
    lines = (" ".join(line.split()).strip(_EDGES) for line in text.strip().split("\n"))
    return "\n".join(lines).strip()


def measure(wish: str, text: str) -> dict[str, float]:
    """Counts of a wish (log scale) and flags; `text` is the plain form of `wish`."""
    words = _WORD.findall(text)
    unspaced = len(_UNSPACED.findall(text))
    count = len(words) + unspaced // 2
    values = {
        "words": log(count),
        "terse": float(0 < count <= 4),
        "empty": float(count == 0),
        "sentences": log(len(_SENTENCE.findall(text))),
        "steps": log(len(lexicon.STEP.findall(text))),
        "questions": log(wish.count("?") + wish.count("？")),
        "identifiers": log(len(_IDENTIFIER.findall(wish)) + wish.count("`") // 2),
        "numbers": log(len(re.findall(r"\d+", text))),
        "scale": log(len(lexicon.SCALE.findall(text))),
        "reaches": float(bool(lexicon.REACHES.search(text))),
        "foreign": 0.0 if text.isascii() else _foreign(text),
    }
    values["ask.closed"] = float(bool(lexicon.CLOSED.search(text)) and count <= CLOSED_WORDS)
    values["ask.open"] = float(bool(lexicon.OPEN.search(text)))
    values["ask.choice"] = float(bool(lexicon.CHOICE.search(text)))
    found = dict.fromkeys(lexicon.FAMILIES, 0)
    for family in _families(words, text if unspaced or _has_wide(text) else ""):
        found[family] += 1
    for family, hits in found.items():
        values[f"says.{family}"] = log(hits)
    values["hard"] = log(sum(found[family] for family in lexicon.HARD))
    values["easy"] = log(sum(found[family] for family in lexicon.EASY))
    deep = sum(found[family] for family in lexicon.NOT_MECHANICAL)
    of_line = count <= CLOSED_WORDS and deep == sum(found[name] for name in lexicon.CHOOSES)
    values["ask.line"] = float(of_line and bool(lexicon.OF_LINE.search(text)))
    mechanical = bool(lexicon.MECHANICAL.search(text)) and not deep and count <= MECHANICAL_WORDS
    mechanical = mechanical and not lexicon.WHETHER.search(text)
    values["mechanical"] = float(mechanical)
    values["goal"] = float(bool(lexicon.GOAL.search(text)) and not mechanical)
    return values


def families_of(words: list[str]) -> set[str]:
    """The word families (groups of words that tell how hard a wish is) that some words belong to.
    Each word is looked up by itself.
    """
    return {family for word in words for family in _of_word(word)}


def _foreign(text: str) -> float:
    """The share of letters that are not a to z."""
    letters = [c for c in text if c.isalpha()]
    return sum(not c.isascii() for c in letters) / (len(letters) or 1)


@lru_cache(maxsize=2048)
def _of_word(word: str) -> tuple[str, ...]:
    whole, stems, _, _ = _index()
    found = list(whole.get(word, ()))
    for end in range(2, len(word) + 1):
        found += stems.get(word[:end], ())
    return tuple(found)


def _families(words: list[str], wide: str) -> Iterator[str]:
    _, _, phrases, anywhere = _index()
    negated = 0
    for i, word in enumerate(words):
        for family in _of_word(word):
            if not (negated and family in lexicon.NEGATABLE):
                yield family
        negated = NEGATED if word in NEGATES else max(negated - 1, 0)
        for rest, is_stem, family in phrases.get(word, ()):
            tail = words[i + 1 : i + 1 + len(rest)]
            if len(tail) < len(rest) or tail[:-1] != rest[:-1]:
                continue
            if tail[-1] == rest[-1] or (is_stem and tail[-1].startswith(rest[-1])):
                yield family
    if wide:
        for term, family in anywhere:
            if term in wide:
                yield family


def _has_wide(text: str) -> bool:
    return any(c > "⺀" for c in text)


Phrase = tuple[list[str], bool, str]


@lru_cache(maxsize=1)
def _index() -> tuple[
    dict[str, list[str]], dict[str, list[str]], dict[str, list[Phrase]], list[tuple[str, str]]
]:
    whole: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    phrases: dict[str, list[Phrase]] = {}
    anywhere: list[tuple[str, str]] = []
    for family, terms in lexicon.FAMILIES.items():
        for term in dict.fromkeys(terms.split()):
            stem = term.endswith("*")
            bare = term.rstrip("*").casefold()
            if any(c > "⺀" for c in bare):
                anywhere.append((bare, family))
            elif "_" in bare:
                first, *rest = bare.split("_")
                phrases.setdefault(first, []).append((rest, stem, family))
            else:
                (stems if stem else whole).setdefault(bare, []).append(family)
    return whole, stems, phrases, anywhere
