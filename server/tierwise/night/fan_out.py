"""Splits what was queued into jobs: one for each file, definition or diagnostic. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.jobs import Each
from tierwise.core.request import Diagnostic
from tierwise.syntax.positions import LineIndex, index_of
from tierwise.syntax.symbols import Symbol, definitions

_TOLD: Final = re.compile(
    r"^(?P<path>[^\s:][^:]*):(?P<line>\d+)(?::(?P<column>\d+))?:?\s+(?P<rest>\S.*)$"
)
_CODE: Final = re.compile(r"^(?:(?:error|warning|note)[: ]\s*)?\[?(?P<code>[A-Z]+\d+)\]?[:\s]")


@dataclass(frozen=True, slots=True)
class JobPlace:
    """What one job works on: the lines `range` of a document, and the diagnostic in them if the job
    is to fix one.
    """

    document: Snapshot
    range: Range
    diagnostic: Diagnostic | None = None


def fan_out(
    each: Each, documents: Sequence[Snapshot], problems: Sequence[Diagnostic] = ()
) -> list[JobPlace]:
    """What each job works on, in the order of the documents. An empty file gets no job.

    `each` says whether a job is for a file, a definition or a diagnostic. `problems` are the
    diagnostics. Each of them belongs to the document that has its path.
    """
    found: list[JobPlace] = []
    for document in documents:
        if not document.text.strip():
            continue
        if each == "file":
            found.append(JobPlace(document, whole(document)))
        elif each == "symbol":
            found += [JobPlace(document, symbol.range) for symbol in innermost(document)]
        else:
            found += _problems(document, problems)
    return found


def whole(document: Snapshot) -> Range:
    """All lines of a document."""
    index = index_of(document.text)
    last = index.line_count - 1
    return Range(Position(0, 0), Position(last, len(index.line(last))))


def innermost(document: Snapshot) -> list[Symbol]:
    """The definitions that contain no other definition, so that no two jobs share lines."""
    found = sorted(definitions(document.text, document.language), key=lambda s: s.range.start)
    return [
        symbol
        for symbol in found
        if not any(other is not symbol and _holds(symbol.range, other.range) for other in found)
    ]


def diagnostics_in(lines: Iterable[str]) -> Iterator[Diagnostic]:
    """The diagnostics in a checker's output, where a line reads `path:line:column: message`."""
    for line in lines:
        found = _TOLD.match(line.strip())
        if found is None:
            continue
        rest = found["rest"].strip()
        code = _CODE.match(rest)
        yield Diagnostic(
            path=found["path"],
            line=int(found["line"]),
            severity="warning" if "warning" in rest[:12].lower() else "error",
            code=code["code"] if code else None,
            message=rest,
        )


def _problems(document: Snapshot, problems: Sequence[Diagnostic]) -> Iterator[JobPlace]:
    """A job for each problem. It works on the definition around the problem, or on its line."""
    index = index_of(document.text)
    symbols = innermost(document)
    for problem in problems:
        row = problem.line - 1
        if problem.path != document.path or not 0 <= row < index.line_count:
            continue
        around = next((s.range for s in symbols if s.range.start.line <= row <= s.range.end.line),
                      _around(index, row))  # fmt: skip
        yield JobPlace(document, around, problem)


def _around(index: LineIndex, row: int) -> Range:
    """The lines for a problem outside of any definition: its line.

    An empty line holds nothing to act on. Then the range reaches to the nearest lines above and
    below that are not empty.
    """
    first = last = row
    while first > 0 and not index.line(first).strip():
        first -= 1
    while last < index.line_count - 1 and not index.line(last).strip():
        last += 1
    return Range(Position(first, 0), Position(last, len(index.line(last))))


def _holds(outer: Range, inner: Range) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
