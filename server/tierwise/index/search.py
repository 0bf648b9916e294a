"""Queries the database for the files that answer a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from tierwise.index import ranking
from tierwise.index.facts import FoundFile, Reasons
from tierwise.index.ranking import Candidate, Search
from tierwise.index.reader import IndexReader, Rows, marks

_TIMES: Final = f"(p.n + {ranking.DEFINED} * p.defined + {ranking.NAMED} * p.named)"
_SCORE: Final = f"""
f.prior * SUM(a.weight * {_TIMES} * {ranking.K1 + 1} / ({_TIMES}
  + {ranking.K1} * ({1 - ranking.B} + {ranking.B} * f.words / ?))) AS score"""
_BEST: Final = f"""
SELECT f.id, {_SCORE}
FROM asked a CROSS JOIN postings p ON p.term = a.term
  CROSS JOIN files f INDEXED BY weighed ON f.id = p.file
WHERE f.state = 1 GROUP BY f.id ORDER BY score DESC, f.id LIMIT ?
"""
"""The files by the score of their words. A table `asked(term, weight, word)` must come
before it.
"""
_TOLD: Final = f"""
SELECT f.path, f.mtime, f.size, f.hash, {_SCORE},
  group_concat(CASE WHEN p.defined THEN a.word ELSE '' END, ' '),
  group_concat(CASE WHEN p.named THEN a.word ELSE '' END, ' '),
  group_concat(a.word, ' '), f.id
FROM chosen c CROSS JOIN asked a CROSS JOIN postings p ON p.term = a.term AND p.file = c.file
  CROSS JOIN files f ON f.id = c.file
WHERE f.state = 1 GROUP BY f.id ORDER BY score DESC, f.id LIMIT ?
"""
"""Chosen files with all that is returned of them. The tables `asked` and `chosen(file)` must come
before it.
"""
READ: Final = 12_000
"""Rows of words that may be read to choose files.

If the question's words are in more places, only its rarest words choose. The others then count only
within the chosen files: a word that is everywhere cannot choose between files.
"""
BEFORE: Final = 5
"""If only the rarest words choose, they choose this many times as many files as are
scored again.
"""

Fresh = Callable[[Rows], Awaitable[Rows]]
"""Returns those rows whose file did not change since it was read. A row begins with path, time
stamp and size.
"""


async def find(reader: IndexReader, question: str, limit: int, fresh: Fresh) -> list[FoundFile]:
    """The files for a question, best first. `fresh` drops the rows of files that changed."""
    search = ranking.parse(question)
    counted = await reader.rows(
        "SELECT count(*), coalesce(avg(words), 1) FROM files INDEXED BY weighed"
        " WHERE state = 1 AND words > 0"
    )
    files, mean = counted[0] if counted else (0, 1)
    if not search.stems or not files:
        return []
    terms = await reader.rows(
        "SELECT t.id, t.term, (SELECT count(*) FROM postings p WHERE p.term = t.id)"
        f" FROM terms t WHERE t.term IN ({marks(search.stems)})",
        tuple(search.stems),
    )
    if not terms:
        return []
    weights = {term: ranking.weight(files, having, search.stems[term]) for _, term, having in terms}
    rows = await fresh(await _told(reader, terms, weights, mean, max(ranking.CANDIDATES, limit)))
    if not rows:
        return []
    numbers = [row[8] for row in rows]
    defines = await _defined(reader, numbers)
    uses, spread = await _used(reader, search, numbers)
    found = [
        Candidate(
            row[0], row[3], row[4],
            has=tuple(row[7].split()),
            in_definitions=tuple(row[5].split()),
            in_path=tuple(row[6].split()),
            uses=tuple(uses.get(row[8], ())),
            defines=tuple(defines.get(row[8], ())),
        )
        for row in rows
    ]  # fmt: skip
    scores = ranking.closer(search, found, weights, spread, files)
    beside = await _beside(reader, scores, fresh)
    scores = ranking.with_counterparts(scores, beside.paths)
    known = {one.path: one for one in found}
    best = sorted(scores, key=lambda path: (-scores[path], path))[:limit]
    return [
        FoundFile(
            path,
            round(scores[path], 6),
            known[path].hash if path in known else beside.hashes[path],
            _reasons(known.get(path), search),
        )
        for path in best
    ]


async def _told(
    reader: IndexReader, terms: Rows, weights: Mapping[str, float], mean: float, many: int
) -> Rows:
    """The best files for some words, each with what is needed to score it again.

    A row of `terms` is an id, the word, and how many files have it.
    """
    rarest = sorted(terms, key=lambda row: row[2])
    choosing = [
        row for n, row in enumerate(rarest) if not n or sum(r[2] for r in rarest[: n + 1]) <= READ
    ]
    wider = many if len(choosing) == len(terms) else many * BEFORE
    asked, values = _asked(choosing, weights)
    best = await reader.rows(f"WITH {asked} {_BEST}", (*values, mean, wider))
    if not best:
        return []
    asked, values = _asked(terms, weights)
    chosen = f"chosen(file) AS (VALUES {', '.join('(?)' for _ in best)})"
    files = [row[0] for row in best]
    return await reader.rows(f"WITH {asked}, {chosen} {_TOLD}", (*values, *files, mean, many))


def _asked(terms: Rows, weights: Mapping[str, float]) -> tuple[str, list[object]]:
    """The SQL of the table `asked`, and its values."""
    rows = ", ".join("(?, ?, ?)" for _ in terms)
    values = [value for number, term, _ in terms for value in (number, weights[term], term)]
    return f"asked(term, weight, word) AS (VALUES {rows})", values


def _reasons(one: Candidate | None, search: Search) -> Reasons:
    if one is None:
        return Reasons()
    exact = tuple(name for name in one.defines if name in search.exact)

    def written(stems: Sequence[str]) -> tuple[str, ...]:
        return tuple(search.written.get(stem, stem) for stem in stems)

    return Reasons(exact, written(one.in_definitions), written(one.in_path), written(one.has))


async def _defined(reader: IndexReader, numbers: Sequence[int]) -> Mapping[int, list[str]]:
    rows = await reader.rows(
        "SELECT DISTINCT d.file, n.name FROM defs d JOIN names n ON n.id = d.name"
        f" WHERE d.file IN ({marks(numbers)})",
        numbers,
    )
    found: dict[int, list[str]] = {}
    for number, name in rows:
        found.setdefault(number, []).append(name)
    return found


async def _used(
    reader: IndexReader, search: Search, numbers: Sequence[int]
) -> tuple[Mapping[int, list[str]], Mapping[str, int]]:
    """The names of the question that each file has, and how many files have each name at all."""
    names = search.names
    counted = await reader.rows(
        "SELECT n.id, n.name, (SELECT count(*) FROM uses u WHERE u.name = n.id) FROM names n"
        f" WHERE n.name IN ({marks(names)})",
        names,
    )
    spread = {name: count for _, name, count in counted}
    called = {number: name for number, name, _ in counted}
    rows = await reader.rows(
        f"SELECT u.name, u.file FROM uses u WHERE u.name IN ({marks(called)})"
        f" AND u.file IN ({marks(numbers)})",
        (*called, *numbers),
    )
    found: dict[int, list[str]] = {}
    for name, number in rows:
        found.setdefault(number, []).append(called[name])
    return found, spread


class _Beside:
    """Files by the stem that they share with their tests, and the hashes of those files."""

    def __init__(self) -> None:
        self.paths: dict[str, list[str]] = {}
        self.hashes: dict[str, str] = {}


async def _beside(reader: IndexReader, scores: Mapping[str, float], fresh: Fresh) -> _Beside:
    best = sorted(scores, key=lambda path: -scores[path])[: ranking.PAIRED]
    stems = list(dict.fromkeys(ranking.stem_of(path) for path in best))
    found = _Beside()
    rows = await reader.rows(
        "SELECT path, mtime, size, hash, stem FROM files"
        f" WHERE state = 1 AND stem IN ({marks(stems)}) ORDER BY path LIMIT 400",
        stems,
    )
    for row in await fresh(rows):
        found.paths.setdefault(row[4], []).append(row[0])
        found.hashes[row[0]] = row[3]
    return found
