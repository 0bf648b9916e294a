"""Ranks the files that answer a question. It is pure and works on what the database returned.

First, BM25 scores the words of each file. Words in definitions and paths count more, and each kind
of file has a factor. Then the best files are scored again by three things: whether they use, define
or are named like a name of the question; whether one of their definitions has several of its words;
and whether they are the test of another good file. The constants were chosen on tasks from the
history of six public projects (`make bench-index`). None of them changes the recall by more than
two points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.index import words
from tierwise.index.content import is_test

K1: Final = 3.0
B: Final = 0.65
DEFINED: Final = 2.0
"""The weight of a word in the name of a definition. A word in the text counts 1."""
NAMED: Final = 5.0
"""The weight of a word in the path. A word in the text counts 1."""
CANDIDATES: Final = 60
"""How many of the best files are scored a second time."""

USED: Final = 0.045
"""What a file gains for a name of the question that it has: this share of the best score, times
the logarithm of the name's rarity.
"""
RARE: Final = 0.2
"""A name counts for `USED` only if at most this share of the files has it."""
EXACT: Final = 0.8
"""What a file gains for defining a name that the question writes as code: this share of the best
score, for two names at most."""
CALLED: Final = 0.25
"""What a file gains if it is named like a word of the question: this share of the best score."""
UNITED: Final = 0.7
"""What a file gains for a definition whose name has all words of the question: this share of the
best score. A name that has some of them gains a part of this.
"""
BESIDE: Final = 0.2
"""Share of a file's score that its test gains, and of a test's score that its file gains."""
BELOW: Final = 0.97
"""A test that is raised by its file gets at most this share of the file's score."""
PAIRED: Final = 12
"""For this many of the best files the test or the tested file is looked up."""

_PROSE: Final = re.compile(
    r"(?i)\.(?:md|markdown|rst|txt|adoc|json|lock|ya?ml|toml|ini|cfg|html?|css|scss|svg|xml|csv"
    r"|po|snap)$|(?:^|/)(?:changes|changelog|history|license|readme)[^/]*$|(?:^|/)docs?/"
)
_ASIDE: Final = re.compile(
    r"(?i)(?:^|/)(?:examples?|samples?|demos?|fixtures?|benchmarks?|benches|templates?|mocks?"
    r"|__mocks__|__fixtures__|migrations|scripts?|tools)/"
)
_TEST_WORDS: Final = re.compile(r"^(?:test|spec)[_-]|[_-]?(?:tests?|specs?)$")
_EXACT: Final = re.compile(r"`([^`\n]{2,80})`|\b([a-z]+[A-Z]\w*|\w+_\w+|[A-Z][a-z]+[A-Z]\w*)\b")


@dataclass(frozen=True, slots=True)
class Search:
    """A question taken apart.

    `stems` has each stem with its count, `names` the words as written, `exact` those that are
    written as code, `written` the word that each stem comes from.
    """

    stems: Mapping[str, int]
    names: tuple[str, ...]
    exact: frozenset[str]
    written: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that has words of the question, and what is known of it.

    `score` is the score of its words. `has`, `in_definitions` and `in_path` are the words it has.
    `uses` are the names of the question that it has, `defines` all names that it defines.
    """

    path: str
    hash: str
    score: float
    has: tuple[str, ...] = ()
    in_definitions: tuple[str, ...] = ()
    in_path: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()


def parse(question: str) -> Search:
    """Take a question apart into its names, and its stems (words without their endings)."""
    counted: dict[str, int] = {}
    names = words.NAME.findall(question)
    for name in names:
        for word in words.stems(name):
            counted[word] = counted.get(word, 0) + 1
    exact = {n for quoted, plain in _EXACT.findall(question)
             for n in words.NAME.findall(quoted or plain)}  # fmt: skip
    written = words.as_written(question)
    return Search(counted, tuple(dict.fromkeys(names)), frozenset(exact), written)


def prior(path: str) -> float:
    """What the score of a file is multiplied by: 1 for code, less for tests, examples and prose."""
    if _PROSE.search(path):
        return 0.3
    if is_test(path):
        return 0.75
    return 0.8 if _ASIDE.search(path) else 1.0


def stem_of(path: str) -> str:
    """The name that a file shares with its test: `parser` for `parser.py` and `test_parser.py`."""
    name = path.rpartition("/")[2].partition(".")[0].lower()
    return _TEST_WORDS.sub("", name) or name


def weight(files: int, having: int, times: int) -> float:
    """The weight of a word of the question, by BM25: rare words weigh more.

    `having` of `files` files have the word, and the question has it `times` times.
    """
    return math.log(1 + (files - having + 0.5) / (having + 0.5)) * min(times, 2)


def closer(
    search: Search,
    found: Sequence[Candidate],
    weights: Mapping[str, float],
    spread: Mapping[str, int],
    files: int,
) -> dict[str, float]:
    """Score the candidates a second time. Returns the scores by path.

    `weights` are those of the stems. `spread` says for each name how many of `files` files have it.
    """
    best = max(one.score for one in found)
    total = sum(weights.values()) or 1.0
    called = {name.lower() for name in search.names}
    scores = {}
    for one in found:
        share = prior(one.path) * best
        score = one.score
        for name in one.uses:
            if len(name) > 3 and 0 < spread.get(name, 0) <= max(RARE * files, 1):
                score += USED * share * math.log(1 + files / spread[name])
        score += EXACT * best * min(len(search.exact.intersection(one.defines)), 2)
        stem = stem_of(one.path)
        if len(stem) > 2 and stem in called:
            score += CALLED * share
        if len(one.in_definitions) > 1:
            score += UNITED * share * _united(one.defines, weights) / total
        scores[one.path] = score
    return scores


def with_counterparts(
    scores: Mapping[str, float], by_stem: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Raise the scores of the tests of good files, and of the files of good tests."""
    result = dict(scores)
    for path in sorted(scores, key=lambda p: (-scores[p], p))[:PAIRED]:
        for other in by_stem.get(stem_of(path), ()):
            if other == path or is_test(other) == is_test(path) or _PROSE.search(other):
                continue
            most = scores[path] * (BELOW if is_test(other) else 1.0)
            raised = min(scores.get(other, 0.0) + BESIDE * scores[path], most)
            result[other] = max(result.get(other, 0.0), raised)
    return result


def _united(defines: Sequence[str], weights: Mapping[str, float]) -> float:
    """The most weight of the question's words that the name of one definition has.

    A name with only one of the words counts nothing.
    """
    most = 0.0
    for name in defines:
        shared = weights.keys() & set(words.stems(name))
        if len(shared) > 1:
            most = max(most, sum(weights[word] for word in shared))
    return most
