"""From a question to the files that answer it: BM25 over words, definitions and paths."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tierwise.index import words
from tierwise.index.content import is_test

K1: Final = 1.2
B: Final = 0.75
DEFINED: Final = 2.0
"""What a word in the name of a definition counts beside one in the text."""
NAMED: Final = 4.0
"""The same for a word of the path."""

_PROSE: Final = re.compile(
    r"(?i)\.(?:md|markdown|rst|txt|adoc|json|lock|ya?ml|toml|ini|cfg|html?|css|scss|svg|xml|csv"
    r"|po|snap)$|(?:^|/)(?:changes|changelog|history|license|readme)[^/]*$|(?:^|/)docs?/"
)
_ASIDE: Final = re.compile(
    r"(?i)(?:^|/)(?:examples?|samples?|demos?|fixtures?|benchmarks?|benches|templates?|mocks?"
    r"|__mocks__|__fixtures__|migrations|scripts?|tools)/"
)


def prior(path: str) -> float:
    """How likely a file of this kind is what somebody means."""
    if _PROSE.search(path):
        return 0.45
    if is_test(path):
        return 0.75
    return 0.6 if _ASIDE.search(path) else 1.0


@dataclass(frozen=True, slots=True)
class Search:
    """A question taken apart: stems with how often they stand in it, and names written exactly."""

    stems: Mapping[str, int]
    names: tuple[str, ...]


_EXACT: Final = re.compile(r"`([^`\n]{2,80})`|\b([a-z]+[A-Z]\w*|\w+_\w+|[A-Z][a-z]+[A-Z]\w*)\b")


def parse(question: str) -> Search:
    """What a question is about."""
    counted: dict[str, int] = {}
    for name in words.NAME.findall(question):
        for word in words.stems(name):
            counted[word] = counted.get(word, 0) + 1
    exact = [n for quoted, plain in _EXACT.findall(question)
             for n in words.NAME.findall(quoted or plain)]  # fmt: skip
    return Search(counted, tuple(dict.fromkeys(exact)))


def weight(files: int, having: int, times: int) -> float:
    """What a word of the question weighs: rare ones more, by the usual logarithm of BM25."""
    return math.log(1 + (files - having + 0.5) / (having + 0.5)) * min(times, 2)


SCORED: Final = f"""
SELECT f.path, f.mtime, f.size, f.hash, f.id,
  f.prior * SUM(a.weight * (p.n + {DEFINED} * p.defined + {NAMED} * p.named) * {K1 + 1}
    / (p.n + {DEFINED} * p.defined + {NAMED} * p.named
       + {K1} * ({1 - B} + {B} * f.words / ?))) AS score,
  group_concat(CASE WHEN p.defined THEN a.word ELSE '' END, ' '),
  group_concat(CASE WHEN p.named THEN a.word ELSE '' END, ' '),
  group_concat(a.word, ' ')
FROM asked a CROSS JOIN postings p ON p.term = a.term CROSS JOIN files f ON f.id = p.file
WHERE f.state = 1 GROUP BY f.id ORDER BY score DESC LIMIT ?
"""
"""Files by score, after a table `asked(term, weight, word)`: the mean length in words and how many
files are wanted are its parameters. Also which words a file has, defines and is called by."""


def why(defined: str, named: str, has: str, exact: Sequence[str]) -> str:
    """What a file has of a question, in a few words."""
    said = []
    if exact:
        said.append(f"defines {', '.join(exact[:3])}")
    elif defined.strip():
        said.append(f"defines names with {_listed(defined)}")
    if named.strip():
        said.append(f"is called {_listed(named)}")
    said.append(f"has {_listed(has)}")
    return "; ".join(said)


def _listed(found: str) -> str:
    return ", ".join(list(dict.fromkeys(found.split()))[:4])
