"""Pieces of other files that belong to a selection: definitions it names, and uses of what it
defines.

Only the given documents are searched: the one that is worked on, open ones, and files that the
project's index proposed. Nothing is read from disk here. Each candidate has a score, the best ones
are taken, and documents of which nothing is taken are named as left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from tierwise.context.focus import Focus, asked_about
from tierwise.context.items import ItemBuilder
from tierwise.core.context import ContextItem, ItemKind, LeftOut
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.core.request import Request
from tierwise.syntax.head import head
from tierwise.syntax.positions import LineIndex, split_lines
from tierwise.syntax.symbols import Symbol, occurrences, symbols_of, words

TAKEN: Final = 12
"""Pieces taken at most; more dilutes the answer. `ALL_USES` holds where a name is to change."""
ALL_USES: Final = 60
"""Pieces taken at most where the instruction speaks of a name the selection defines."""
PER_FILE: Final = 4
"""Uses taken of one file at most, unless a name is to change."""
DEFINITION_CHARS: Final = 1_500
"""Characters of a related definition that is shown whole."""
HEAD_CHARS: Final = 600
"""Characters shown of the first lines of a larger one: its signature and its documentation."""
USE_CHARS: Final = 1_000
"""Characters up to which a definition is shown whole because it has a use in it."""
AROUND_USE: Final = 2
"""Lines shown on either side of a use in a larger definition, or outside of any definition."""
LOOKED_AT: Final = 80
"""Documents looked through at most, the nearest first."""


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of a document that may be sent because it belongs to the selection: its offsets, its
    score, and why it belongs.
    """

    score: float
    kind: ItemKind
    doc: Snapshot
    start: int
    end: int
    why: str


def related(
    request: Request,
    items: Sequence[ContextItem],
    place: Focus | None,
    others: Sequence[Snapshot],
    taking: ItemBuilder,
) -> tuple[list[ContextItem], list[LeftOut]]:
    """The pieces that belong to the selection, the best first, and those of `others` of which none
    was taken, each with the reason.

    `items` are the pieces that are sent already. Pieces are taken of `others` and of the document
    that is worked on.
    """
    if place is None:
        return [], []
    focus = place.doc
    near = sorted(others, key=lambda doc: _distance(focus, doc))
    left_out = [LeftOut(taking.name(d), "too many files are open") for d in near[LOOKED_AT:]]
    search = _Search(request, items, place, taking)
    found = [f for doc in (focus, *near[:LOOKED_AT]) for f in search.of(doc)]
    found.sort(key=lambda f: -f.score)
    limit = ALL_USES if search.renames else TAKEN
    taken = found[:limit]
    pieces = [
        taking.piece(f.kind, f.doc, LineIndex(f.doc.text), f.start, f.end, f.why) for f in taken
    ]
    gave = {f.doc.uri for f in taken}
    spare = {f.doc.uri for f in found[limit:]} - gave
    for doc in near[:LOOKED_AT]:
        if doc.uri in spare:
            left_out.append(LeftOut(taking.name(doc), "related, but other pieces are closer"))
        elif doc.uri not in gave:
            left_out.append(LeftOut(taking.name(doc), "open, but not named by the selection"))
    return pieces, left_out


class _Search:
    """Searches one document after the other for what the selection names and defines."""

    def __init__(
        self,
        request: Request,
        items: Sequence[ContextItem],
        place: Focus,
        taking: ItemBuilder,
    ) -> None:
        focus, span = place.doc, place.span
        self.focus, self.taking = focus, taking
        self.asked = asked_about(place)
        self.named = words(self.asked) | words(request.instruction)
        self.wish = words(request.instruction)
        self.imported = _imported(focus.text)
        self.sent = [(i.path, i.start_line, i.end_line) for i in items]
        self.defined = frozenset(
            s.name
            for s in symbols_of(focus)
            if span.start.line <= s.at.line <= span.end.line and len(s.name) > 2
        )
        names = "|".join(map(re.escape, sorted(self.defined)))
        self.uses = re.compile(rf"\b(?:{names})\b") if names else None
        self.renames = bool(self.defined & self.wish)

    def of(self, doc: Snapshot) -> Iterator[Found]:
        """The candidates of a document. They do not overlap."""
        symbols = symbols_of(doc)
        used = self.uses is not None and self.uses.search(doc.text) is not None
        if not used and not any(symbol.name in self.named for symbol in symbols):
            return
        index = LineIndex(doc.text)
        seen: list[tuple[int, int]] = []
        for candidate in (*self._definitions(doc, index, symbols),
                          *self._uses(doc, index, symbols)):  # fmt: skip
            if any(a < candidate.end and candidate.start < b for a, b in seen):
                continue
            seen.append((candidate.start, candidate.end))
            yield candidate

    def _definitions(
        self, doc: Snapshot, index: LineIndex, symbols: Sequence[Symbol]
    ) -> Iterator[Found]:
        for symbol in symbols:
            if symbol.name not in self.named or self._is_sent(doc, symbol.at.line):
                continue
            start, end = index.offset(symbol.range.start), index.offset(symbol.range.end)
            whole = end - start <= DEFINITION_CHARS
            times = occurrences(symbol.name, self.asked)
            score = 1.0 + math.log1p(times) - 0.15 * math.log1p((end - start) / 400)
            score += 1.5 * (symbol.name in self.wish) + 0.5 * (symbol.name in self.imported)
            score += 0.3 * (doc.uri == self.focus.uri) - 0.2 * symbol.depth
            why = f"defines {symbol.name}, named {times} times" if times != 1 else (
                f"defines {symbol.name}, named once")  # fmt: skip
            if not whole:
                end = _first_lines(index, symbol, start, end)
                why += "; its first lines"
            yield Found(score, "related", doc, start, end, why)

    def _uses(self, doc: Snapshot, index: LineIndex, symbols: Sequence[Symbol]) -> Iterator[Found]:
        if self.uses is None:
            return
        count, past = 0, -1
        for match in self.uses.finditer(doc.text):
            line = index.position(match.start()).line
            if line <= past or self._is_sent(doc, line):
                continue
            count += 1
            if count > PER_FILE and match.group(0) not in self.wish:
                return
            start, end = self._around(index, symbols, line)
            past = index.position(end).line
            score = 0.9 + 1.5 * (match.group(0) in self.wish) - 0.1 * count
            yield Found(score, "usage", doc, start, end, f"uses {match.group(0)}")

    def _around(self, index: LineIndex, symbols: Sequence[Symbol], line: int) -> tuple[int, int]:
        for symbol in sorted(symbols, key=lambda s: -s.depth):
            if symbol.range.start.line <= line <= symbol.range.end.line:
                start, end = index.offset(symbol.range.start), index.offset(symbol.range.end)
                if end - start <= USE_CHARS:
                    return start, end
        last = line + AROUND_USE + 1
        end = index.starts[last] if last < index.line_count else len(index.text)
        return index.starts[max(0, line - AROUND_USE)], end

    def _is_sent(self, doc: Snapshot, line: int) -> bool:
        path = self.taking.name(doc)
        return any(p == path and a <= line + 1 <= b for p, a, b in self.sent)


def _first_lines(index: LineIndex, symbol: Symbol, start: int, end: int) -> int:
    """The offset at which the first lines of a definition end."""
    line = symbol.at.line + 1
    while line + 1 < index.line_count and index.starts[line + 1] - start <= HEAD_CHARS:
        line += 1
    return min(end, index.starts[min(line, index.line_count - 1)])


def _imported(text: str) -> frozenset[str]:
    found = head(text)
    return words("".join(split_lines(text)[slice(*found)])) if found else frozenset()


def _distance(focus: Snapshot, doc: Snapshot) -> tuple[int, str]:
    """How many folders lie between two documents. A document without a path comes last."""
    if focus.path is None or doc.path is None:
        return 99, doc.uri
    a, b = PurePath(focus.path).parts[:-1], PurePath(doc.path).parts[:-1]
    common = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y),
                  min(len(a), len(b)))  # fmt: skip
    return len(a) + len(b) - 2 * common, doc.uri
