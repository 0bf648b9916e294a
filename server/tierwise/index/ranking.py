"""From a question to the files that answer it: pure, over what the database gave.

First BM25 over the words of each file, with words of definitions and paths counted more often and
a share by the kind of file. Then the best are looked at closer: names of the question that they
use, define or are called by, definitions that unite several of its words, and the test of a file
beside the file. The constants were chosen on tasks from the history of six public projects
(`make bench-index`); none of them matters by more than two points of recall.
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
"""What a word in the name of a definition counts beside one in the text."""
NAMED: Final = 5.0
"""The same for a word of the path."""
CANDIDATES: Final = 60
"""Files that are looked at closer."""

USED: Final = 0.045
"""What a name of the question that a file uses adds, as a share of the best score and times the
logarithm of its rarity."""
RARE: Final = 0.2
"""Share of the files that a name may stand in to count so."""
EXACT: Final = 0.8
"""What the definition of a name that is written as code adds, twice at most."""
CALLED: Final = 0.25
"""What being called like a word of the question adds."""
UNITED: Final = 0.7
"""What a definition adds whose name has all words of the question; fewer words add their share."""
BESIDE: Final = 0.2
"""Share of a file's score that its test gets on top, and of a test's score that its file gets."""
BELOW: Final = 0.97
"""A test comes by its file after it at the best."""
PAIRED: Final = 12
"""Files whose counterpart is looked for."""

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
    """A question taken apart: stems with how often they are in it, its words as they are
    written, those that are written as code, and the word that each stem comes from."""

    stems: Mapping[str, int]
    names: tuple[str, ...]
    exact: frozenset[str]
    written: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that has words of the question, and what is known of it.

    `score` is that of its words. `has`, `in_definitions` and `in_path` are the words themselves,
    `uses` the names of the question that it uses, `defines` the names of its definitions.
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
    """What a question is about."""
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
    """How likely a file of this kind is what somebody means, beside code."""
    if _PROSE.search(path):
        return 0.3
    if is_test(path):
        return 0.75
    return 0.8 if _ASIDE.search(path) else 1.0


def stem_of(path: str) -> str:
    """What a file and its test are both called."""
    name = path.rpartition("/")[2].partition(".")[0].lower()
    return _TEST_WORDS.sub("", name) or name


def weight(files: int, having: int, times: int) -> float:
    """What a word of the question weighs: rare ones more, by the usual logarithm of BM25."""
    return math.log(1 + (files - having + 0.5) / (having + 0.5)) * min(times, 2)


def closer(
    search: Search,
    found: Sequence[Candidate],
    weights: Mapping[str, float],
    spread: Mapping[str, int],
    files: int,
) -> dict[str, float]:
    """The scores of candidates by path, once more is known of them.

    `weights` are those of the stems, `spread` tells in how many of `files` files a name is used.
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
    """Scores with those of tests beside good files, and of files beside good tests."""
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
    """The most weight of the question's words that one definition's name has; two at least."""
    most = 0.0
    for name in defines:
        shared = weights.keys() & set(words.stems(name))
        if len(shared) > 1:
            most = max(most, sum(weights[word] for word in shared))
    return most
