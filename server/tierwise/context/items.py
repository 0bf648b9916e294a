"""Makes context items, the pieces of text that are sent, from documents. Each document is scanned
for secrets as a whole, once.

A selection may cut through a secret, so a piece cannot be scanned by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tierwise.context import diffs, secrets, window
from tierwise.context.ignore import IgnoreVerdict
from tierwise.core.context import ContextItem, ItemKind, LeftOut
from tierwise.core.document import Range, Snapshot
from tierwise.syntax.extent import is_part, last_line
from tierwise.syntax.positions import LineIndex, index_of, line_starts, split_lines

HERE: Final = "<the code goes here>"
"""Marks the place of the cursor in the text that is sent."""


class ItemBuilder:
    """Makes items from pieces of documents, with every secret replaced by a placeholder.

    `known` maps the placeholders so far to what they stand for. `judge` gives the verdict on a
    path. If a diff shows changes of a path that may not be sent, they are cut out and named in
    `left_out`.
    """

    def __init__(
        self,
        name: Callable[[Snapshot], str],
        judge: Callable[[str], IgnoreVerdict],
        left_out: list[LeftOut],
    ) -> None:
        self.name, self._judge, self._left_out = name, judge, left_out
        self.known: tuple[tuple[str, str], ...] = ()
        self._hidden: dict[str, tuple[diffs.Hidden, ...]] = {}

    def piece(
        self,
        kind: ItemKind,
        doc: Snapshot,
        index: LineIndex,
        start: int,
        end: int,
        why: str = "",
        short: ContextItem | None = None,
        *,
        numbered: bool = False,
    ) -> ContextItem:
        """The text between two offsets, without its secrets; with line numbers if wanted."""
        span = Range(index.position(start), index.position(end))
        text = self._shown(doc, index, start, end, numbered)
        lines = span.start.line + 1, last_line(span) + 1
        item = _item(kind, self.name(doc), doc.language, *lines, text, why, short)
        return replace(item, part=is_part(index, span))

    def mark(
        self,
        doc: Snapshot,
        index: LineIndex,
        place: tuple[int, int],
        before: tuple[int, int],
        behind: tuple[int, int],
    ) -> ContextItem:
        """A line with a mark where new code goes.

        `place` is where the line is, `before` and `behind` the text on it before and behind the
        mark, all as offsets.
        """
        left = self._shown(doc, index, *before, False)
        right = self._shown(doc, index, *behind, False)
        line = index.position(place[0]).line + 1
        text = f"{left}{HERE}{right}"
        item = _item("cursor", self.name(doc), doc.language, line, line, text, "the cursor", None)
        return replace(item, part=bool(left.strip() or right.strip()))

    def line(self, doc: Snapshot, number: int) -> str:
        """A line (from 0) of a document, without its secrets; "" where there is none."""
        index = index_of(doc.text)
        if not 0 <= number < index.line_count:
            return ""
        start = index.starts[number]
        end = start + len(index.line(number))
        return self._shown(doc, index, start, end, False)

    def _shown(self, doc: Snapshot, index: LineIndex, start: int, end: int, numbered: bool) -> str:
        """The text between two offsets, without secrets and without hidden changes.

        A diff in the document may show changes of ignored files. They are found in the whole
        document, since a piece may begin below the diff's header.
        """
        parts, last = [], start
        for section in self._sections(doc):
            if section.start >= end or section.end <= start:
                continue
            parts += [self._redacted(doc, index, last, max(last, section.start), numbered)]
            parts += [section.note]
            last = max(last, min(end, section.end))
        parts.append(self._redacted(doc, index, last, end, numbered))
        return "".join(parts)

    def _sections(self, doc: Snapshot) -> tuple[diffs.Hidden, ...]:
        if doc.uri not in self._hidden:
            found = diffs.hidden(doc.text, self._is_ignored)
            self._hidden[doc.uri] = found
            gone = dict.fromkeys(section.path for section in found)
            self._left_out.extend(LeftOut(path, "its changes: it is ignored") for path in gone)
        return self._hidden[doc.uri]

    def _is_ignored(self, path: str) -> bool:
        return self._judge(path).kind not in ("open", "git")

    def _redacted(
        self, doc: Snapshot, index: LineIndex, start: int, end: int, numbered: bool
    ) -> str:
        text = doc.text[start:end]
        spans = [
            (max(a, start) - start, min(b, end) - start)
            for a, b in secrets.spans_in(doc.text)
            if a < end and b > start
        ]
        if numbered:
            text, spans = _numbered(text, spans, index.position(start).line + 1)
        redacted = secrets.redact_spans(text, spans, self.known)
        self.known = redacted.secrets
        return redacted.text

    def text(
        self,
        kind: ItemKind,
        path: str,
        language: str | None,
        lines: int,
        text: str,
        why: str = "",
        *,
        first: int = 1,
    ) -> ContextItem:
        """A piece of context whose text was put together from several places of a file. Its secrets
        are replaced.
        """
        redacted = secrets.redact(text, self.known)
        self.known = redacted.secrets
        text, gone = diffs.without(redacted.text, self._is_ignored)
        self._left_out.extend(LeftOut(path, "its changes: it is ignored") for path in gone)
        return _item(kind, path, language, first, lines, text, why, None)

    def whole(
        self, doc: Snapshot, why: str, short: ContextItem | None = None, *, numbered: bool = False
    ) -> ContextItem:
        """A whole document as one item."""
        index, end = index_of(doc.text), len(doc.text)
        return self.piece("file", doc, index, 0, end, why, short, numbered=numbered)


def _item(
    kind: ItemKind,
    path: str,
    language: str | None,
    first: int,
    last: int,
    text: str,
    why: str,
    short: ContextItem | None,
) -> ContextItem:
    return ContextItem(kind, path, language, first, last, text, window.tokens(text), why, short)


def _numbered(
    text: str, spans: Sequence[tuple[int, int]], first: int
) -> tuple[str, list[tuple[int, int]]]:
    """A text with a number before each line, and the spans of its secrets in the numbered text.

    A line that begins inside a secret gets no number, so that the secret stays in one piece.
    """
    parts: list[str] = []
    moved = [list(span) for span in spans]
    for number, (start, line) in enumerate(zip(line_starts(text), split_lines(text), strict=True)):
        if line and not any(a < start < b for a, b in spans):
            mark = f"{first + number}: "
            parts.append(mark)
            for (a, b), to in zip(spans, moved, strict=True):
                to[0] += len(mark) if a >= start else 0
                to[1] += len(mark) if b > start else 0
        parts.append(line)
    return "".join(parts), [(a, b) for a, b in moved]
