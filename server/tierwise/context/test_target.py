"""What is sent of the file that tests go to: what a model must know to write tests for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tierwise.context import window
from tierwise.context.items import ItemBuilder
from tierwise.context.outline import outline
from tierwise.core.context import ContextItem
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.syntax.head import head
from tierwise.syntax.positions import LineIndex, index_of
from tierwise.syntax.symbols import symbols_of

WHOLE_TOKENS: Final = 800
"""Tokens up to which a test file, or a file with fixtures, is shown whole."""
HEAD_LINES: Final = 12
"""Lines that are shown of a test file's head at least."""
LAST_LINES: Final = 25
"""Lines that are shown of its end, which is its last test, at most."""
EXAMPLE_LINES: Final = 30
"""Lines shown of another test file if the file for these tests is new."""


@dataclass(frozen=True, slots=True)
class TestTarget:
    """The file that tests go to.

    `doc` is None where the file is new. `helpers` hold fixtures, `example` is another test file of
    the project. `framework` is what runs the tests, "" if unknown.
    """

    path: str
    doc: Snapshot | None = None
    helpers: tuple[Snapshot, ...] = ()
    example: Snapshot | None = None
    framework: str = ""


def shown(
    target: TestTarget, taking: ItemBuilder, may_send: Sequence[Snapshot]
) -> Iterator[ContextItem]:
    """The pieces of the test file, its helpers and its example. A file that is not in `may_send` is
    left out.
    """
    doc = target.doc if target.doc in may_send else None
    why = f"run with {target.framework}" if target.framework else "the file for the tests"
    if doc is None:
        yield taking.text("tests", target.path, None, 0, "", why, first=0)
    elif window.tokens(doc.text) <= WHOLE_TOKENS:
        index = index_of(doc.text)
        yield taking.piece("tests", doc, index, 0, len(doc.text), why)
    else:
        yield from _parts(doc, taking, why)
    for helper in target.helpers:
        if helper in may_send:
            yield _helper(helper, taking)
    if target.example is not None and target.example in may_send:
        index = index_of(target.example.text)
        end = _line_start(index, EXAMPLE_LINES)
        yield taking.piece("related", target.example, index, 0, end, "how tests look here")


def _parts(doc: Snapshot, taking: ItemBuilder, why: str) -> Iterator[ContextItem]:
    """The head of a test file, what it defines, and its last test."""
    index = index_of(doc.text)
    found = head(doc.text)
    first = _line_start(index, max(HEAD_LINES, found[1] if found is not None else 0))
    symbols = symbols_of(doc)
    last_line = max((s.range.start.line for s in symbols), default=0)
    end = len(doc.text.rstrip())
    last = max(first, index.starts[max(last_line, index.position(end).line - LAST_LINES)])
    yield taking.piece("tests", doc, index, 0, first, why)
    if text := outline(doc):
        lines = doc.text.count("\n") + 1
        yield taking.text("outline", taking.name(doc), doc.language, lines, text, "what it defines")
    if doc.text[last:end].strip():
        yield taking.piece("tests", doc, index, last, len(doc.text), "its last test")


def _helper(doc: Snapshot, taking: ItemBuilder) -> ContextItem:
    text = outline(doc) if window.tokens(doc.text) > WHOLE_TOKENS else ""
    if text:
        lines = doc.text.count("\n") + 1
        return taking.text("outline", taking.name(doc), doc.language, lines, text, "its fixtures")
    index = index_of(doc.text)
    return taking.piece("related", doc, index, 0, _line_start(index, 80), "fixtures and helpers")


def _line_start(index: LineIndex, line: int) -> int:
    return index.starts[line] if line < index.line_count else len(index.text)
