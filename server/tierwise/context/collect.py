"""What goes to the model: chosen, not dumped.

Ignore rules and the secret scan come first, before anything is counted, ranked or sent.
Then, in rank: the selection, the diagnostics, the symbol around the selection, the imports
of its file, attached files, and definitions elsewhere that the selection names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from tierwise.context import secrets, window
from tierwise.context.facts import symbol_at
from tierwise.context.ignore import IgnoreRules
from tierwise.context.kinds import why_noise
from tierwise.core.context import ContextItem, ItemKind, LeftOut, Pack
from tierwise.core.document import Range, Snapshot
from tierwise.core.errors import ContextTooLarge, Ignored
from tierwise.core.request import Diagnostic, Request
from tierwise.syntax.positions import LineIndex
from tierwise.syntax.symbols import definitions, occurrences, words

WINDOW_TOKENS: Final = 24_000
"""Context tokens sent at most: below the prompt band at which the cheapest model gets dear."""
SELECTION_TOKENS: Final = 90_000
"""Tokens a selection may have by itself; it is sent whole or not at all."""
RELATED: Final = 8
"""Related definitions sent at most; more dilutes the answer."""
RELATED_CHARS: Final = 6_000
"""Characters a related definition may have; a larger one is a file of its own."""
HEAD_LINES: Final = 40
"""Lines of a file's head searched for imports."""
AROUND_LINES: Final = 30
"""Lines sent on either side of a cursor that no definition encloses."""
DIAGNOSTICS: Final = 40
"""Diagnostics sent at most."""
IMPORTS: Final = ("import ", "from ", "use ", "#include", "const ", "require", "using ", "package ")


@dataclass(frozen=True, slots=True)
class Materials:
    """What a request may draw on; `name` gives a document's path as sent."""

    focus: Snapshot | None
    range: Range | None
    attached: Sequence[Snapshot]
    open: Sequence[Snapshot]
    name: Callable[[Snapshot], str]
    ignore: IgnoreRules


class _Taking:
    """Makes items of documents; each document is scanned for secrets as a whole, once.

    A selection may cut through a secret, so a piece cannot be judged by itself.
    """

    def __init__(self, name: Callable[[Snapshot], str]) -> None:
        self.name = name
        self.known: tuple[tuple[str, str], ...] = ()

    def piece(
        self, kind: ItemKind, doc: Snapshot, index: LineIndex, start: int, end: int
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
        return self._item(kind, self.name(doc), doc.language, first + 1, last + 1, redacted.text)

    def text(
        self, kind: ItemKind, path: str, language: str | None, lines: int, text: str
    ) -> ContextItem:
        """A text put together from pieces, without its secrets."""
        redacted = secrets.redact(text, self.known)
        self.known = redacted.secrets
        return self._item(kind, path, language, 1, lines, redacted.text)

    def whole(self, doc: Snapshot) -> ContextItem:
        """All of a document."""
        return self.piece("file", doc, LineIndex(doc.text), 0, len(doc.text))

    @staticmethod
    def _item(
        kind: ItemKind, path: str, language: str | None, first: int, last: int, text: str
    ) -> ContextItem:
        return ContextItem(kind, path, language, first, last, text, window.tokens(text))


@lru_cache(maxsize=16)
def _secret_spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(secrets.find(text))


def needs_confirmation(materials: Materials) -> str | None:
    """The git-ignored file that would be sent from, None when there is nothing to ask."""
    focus = materials.focus
    if focus is None or focus.path is None:
        return None
    verdict = materials.ignore.judge(focus.path)
    return materials.name(focus) if verdict.kind == "git" else None


def collect(request: Request, materials: Materials) -> Pack:
    """The pack of a request.

    The instruction is no part of it; `secrets.redact(instruction, pack.secrets)` cleans that.
    Raises `Ignored` for a selection or attachment in a file that must not be sent,
    `ContextTooLarge` where the selection alone does not fit.
    """
    left_out: list[LeftOut] = []
    focus = materials.focus
    for doc in (*((focus,) if focus else ()), *materials.attached):
        _refuse_hard(doc, materials)
    if focus is not None and why_noise(None, focus.text) == "binary":
        raise Ignored(f"{materials.name(focus)} is binary, so it is not sent.")
    attached = [d for d in materials.attached if _may_send(d, materials, left_out)]
    opened = [d for d in materials.open if _may_send(d, materials, left_out)]
    taking = _Taking(materials.name)
    items: list[ContextItem] = []
    if focus is not None:
        items += _of_focus(focus, materials.range, taking)
    selected = items[0].tokens if items and items[0].kind == "selection" else 0
    if selected > SELECTION_TOKENS:
        raise ContextTooLarge(
            f"The selection is about {selected:,} tokens; select less than"
            f" {SELECTION_TOKENS:,} tokens."
        )
    items += [taking.whole(doc) for doc in attached]
    items += _related(items, focus, opened, taking)
    if shown := _diagnostics(request, materials, left_out):
        lines = "\n".join(_line(d) for d in shown)
        found = taking.text("diagnostics", shown[0].path, None, len(shown), lines)
        items.insert(1 if items else 0, found)
    pack = Pack(tuple(items), tuple(left_out), taking.known)
    return window.fit(pack, WINDOW_TOKENS)


def _refuse_hard(doc: Snapshot, materials: Materials) -> None:
    if doc.path is None:
        return
    verdict = materials.ignore.judge(doc.path)
    if verdict.kind == "hard":
        why = verdict.by if verdict.by.startswith(".") else f"the built-in rules ({verdict.by})"
        raise Ignored(f"{Path(doc.path).name} is kept back by {why}, so it is not sent.")


def _may_send(doc: Snapshot, materials: Materials, left_out: list[LeftOut]) -> bool:
    verdict = materials.ignore.judge(doc.path) if doc.path is not None else None
    if verdict is not None and verdict.kind != "open":
        left_out.append(LeftOut(materials.name(doc), f"ignored by {verdict.by}"))
        return False
    noise = why_noise(doc.path, doc.text)
    if noise is not None:
        left_out.append(LeftOut(materials.name(doc), noise))
    return noise is None


def _of_focus(focus: Snapshot, span: Range | None, taking: _Taking) -> list[ContextItem]:
    if span is None:
        return [taking.whole(focus)]
    index = LineIndex(focus.text)
    start, end = sorted((index.offset(span.start), index.offset(span.end)))
    has_text = bool(focus.text[start:end].strip())
    items = [taking.piece("selection", focus, index, start, end)] if has_text else []
    symbol = symbol_at(focus, span)
    if symbol is not None:
        a, b = index.offset(symbol.range.start), index.offset(symbol.range.end)
        if not has_text or (a, b) != (start, end):
            items.append(taking.piece("symbol", focus, index, a, b))
    elif not has_text:
        first = max(0, span.start.line - AROUND_LINES)
        last = min(index.line_count, span.start.line + AROUND_LINES + 1)
        b = index.starts[last] if last < index.line_count else len(focus.text)
        items.append(taking.piece("symbol", focus, index, index.starts[first], b))
    head = min(HEAD_LINES, index.line_count, span.start.line)
    imports = [line for n in range(head) if (line := index.line(n)).startswith(IMPORTS)]
    if imports:
        name, text = taking.name(focus), "\n".join(imports)
        items.append(taking.text("imports", name, focus.language, head, text))
    return items


def _related(
    items: Sequence[ContextItem],
    focus: Snapshot | None,
    others: Sequence[Snapshot],
    taking: _Taking,
) -> list[ContextItem]:
    """Definitions in other files, and in the same one, that the selection names most."""
    asked = "\n".join(i.text for i in items if i.kind in ("selection", "symbol"))
    named = words(asked)
    sent = [(i.path, i.start_line, i.end_line) for i in items]
    found: list[tuple[int, Snapshot, LineIndex, int, int]] = []
    for doc in [*([focus] if focus else []), *others]:
        path, index = taking.name(doc), LineIndex(doc.text)
        for symbol in definitions(doc.text, doc.language):
            line = symbol.range.start.line + 1
            if symbol.name not in named or any(p == path and a <= line <= b for p, a, b in sent):
                continue
            start, end = index.offset(symbol.range.start), index.offset(symbol.range.end)
            if end - start <= RELATED_CHARS:
                found.append((occurrences(symbol.name, asked), doc, index, start, end))
    found.sort(key=lambda row: -row[0])
    return [taking.piece("related", doc, i, a, b) for _, doc, i, a, b in found[:RELATED]]


def _diagnostics(
    request: Request, materials: Materials, left_out: list[LeftOut]
) -> list[Diagnostic]:
    """The diagnostics that may be sent: their messages often quote the file they are about."""
    own = materials.name(materials.focus) if materials.focus is not None else None
    shown = []
    for found in request.diagnostics or ():
        verdict = materials.ignore.judge_shown(found.path)
        if verdict.kind == "open" or (verdict.kind == "git" and found.path == own):
            shown.append(found)
        else:
            left_out.append(LeftOut(found.path, f"a diagnostic of it: ignored by {verdict.by}"))
    return shown[:DIAGNOSTICS]


def _line(found: Diagnostic) -> str:
    code = f" {found.code}" if found.code else ""
    return f"{found.path}:{found.line}: {found.severity}{code}: {found.message}"
