"""Making context items of documents; each document is scanned for secrets as a whole, once.

A selection may cut through a secret, so a piece cannot be judged by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tierwise.context import diffs, secrets, window
from tierwise.context.ignore import IgnoreVerdict
from tierwise.core.context import ContextItem, ItemKind, LeftOut
from tierwise.core.document import Snapshot
from tierwise.syntax.positions import LineIndex


class Taking:
    """Takes pieces of documents, with every secret replaced by a placeholder.

    `known` maps the placeholders so far to what they stand for; `judge` says of a path whether
    its changes may be quoted, and what may not goes to `left_out`.
    """

    def __init__(
        self,
        name: Callable[[Snapshot], str],
        judge: Callable[[str], IgnoreVerdict],
        left_out: list[LeftOut],
    ) -> None:
        self.name, self._judge, self._left_out = name, judge, left_out
        self.known: tuple[tuple[str, str], ...] = ()

    def piece(
        self,
        kind: ItemKind,
        doc: Snapshot,
        index: LineIndex,
        start: int,
        end: int,
        why: str = "",
        short: ContextItem | None = None,
    ) -> ContextItem:
        """The text between two offsets, without its secrets."""
        spans = [
            (max(a, start) - start, min(b, end) - start)
            for a, b in _secret_spans(doc.text)
            if a < end and b > start
        ]
        redacted = secrets.redact_spans(doc.text[start:end], spans, self.known)
        self.known = redacted.secrets
        first, last = index.position(start).line, index.position(end).line
        text = self._unquoted(redacted.text)
        return _item(kind, self.name(doc), doc.language, first + 1, last + 1, text, why, short)

    def _unquoted(self, text: str) -> str:
        """A text without the changes that a diff in it shows of ignored files."""
        kept, gone = diffs.without(text, lambda path: self._judge(path).kind not in ("open", "git"))
        self._left_out.extend(LeftOut(path, "its changes: it is ignored") for path in gone)
        return kept

    def text(
        self, kind: ItemKind, path: str, language: str | None, lines: int, text: str, why: str = ""
    ) -> ContextItem:
        """A text put together from pieces, without its secrets."""
        redacted = secrets.redact(text, self.known)
        self.known = redacted.secrets
        text = self._unquoted(redacted.text)
        return _item(kind, path, language, 1, lines, text, why, None)

    def whole(self, doc: Snapshot, why: str, short: ContextItem | None = None) -> ContextItem:
        """All of a document."""
        return self.piece("file", doc, LineIndex(doc.text), 0, len(doc.text), why, short)


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


@lru_cache(maxsize=16)
def _secret_spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(secrets.find(text))
