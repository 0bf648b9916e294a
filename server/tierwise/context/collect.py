"""What goes to the model: chosen, not dumped.

Ignore rules and the secret scan come first, before anything is counted, ranked or sent.
Then, in rank: the selection, the symbol around it, the imports of its file, attached files,
and definitions elsewhere that the selection names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.context import secrets
from tierwise.context.facts import symbol_at
from tierwise.context.ignore import IgnoreRules
from tierwise.core.context import ContextItem, ItemKind, LeftOut, Pack
from tierwise.core.document import Range, Snapshot
from tierwise.core.errors import ContextTooLarge, Ignored
from tierwise.core.request import Request
from tierwise.syntax.positions import index_of
from tierwise.syntax.symbols import definitions, words

CHARS_PER_TOKEN: Final = 3.0
"""Mean characters per token, for ranking within the window; money uses a bound."""
WINDOW_TOKENS: Final = 24_000
"""Context tokens sent at most: below the prompt band at which the cheapest model gets dear."""
SELECTION_TOKENS: Final = 90_000
"""Tokens a selection may have by itself; it is sent whole or not at all."""
RELATED: Final = 8
"""Related definitions sent at most; more dilutes the answer."""
HEAD_LINES: Final = 40
"""Lines of a file's head searched for imports."""


@dataclass(frozen=True, slots=True)
class Materials:
    """What a request may draw on; `name` gives a document's path as sent."""

    focus: Snapshot | None
    range: Range | None
    attached: Sequence[Snapshot]
    open: Sequence[Snapshot]
    name: Callable[[Snapshot], str]
    ignore: IgnoreRules


def needs_confirmation(materials: Materials) -> str | None:
    """The git-ignored file whose selection would be sent, None when there is nothing to ask."""
    focus = materials.focus
    if focus is None or focus.path is None or materials.range is None:
        return None
    verdict = materials.ignore.judge(focus.path)
    return materials.name(focus) if verdict.kind == "git" else None


def collect(request: Request, materials: Materials) -> Pack:
    """The pack of a request.

    Raises `Ignored` for a selection or attachment in a file that must not be sent,
    `ContextTooLarge` where the selection alone does not fit.
    """
    left_out: list[LeftOut] = []
    focus = materials.focus
    for doc in (*((focus,) if focus else ()), *materials.attached):
        _refuse_hard(doc, materials)
    attached = [d for d in materials.attached if _may_send(d, materials, left_out)]
    opened = [d for d in materials.open if _may_send(d, materials, left_out)]
    items: list[ContextItem] = []
    if focus is not None:
        items += _of_focus(focus, materials)
    selected = items[0].tokens if items and items[0].kind == "selection" else 0
    if selected > SELECTION_TOKENS:
        raise ContextTooLarge(
            f"The selection is about {selected:,} tokens; select less than"
            f" {SELECTION_TOKENS:,} tokens."
        )
    items += [_whole(doc, materials.name(doc)) for doc in attached]
    items += _related(items, focus, [*attached, *opened], materials)
    if request.diagnostics:
        items.insert(1 if items else 0, _diagnostics(request))
    return _fitted(_without_secrets(items), left_out)


def _refuse_hard(doc: Snapshot, materials: Materials) -> None:
    if doc.path is None:
        return
    verdict = materials.ignore.judge(doc.path)
    if verdict.kind == "hard":
        why = verdict.by if verdict.by.startswith(".") else f"the built-in rules ({verdict.by})"
        raise Ignored(f"{Path(doc.path).name} is kept back by {why}, so it is not sent.")


def _may_send(doc: Snapshot, materials: Materials, left_out: list[LeftOut]) -> bool:
    if "\0" in doc.text:
        left_out.append(LeftOut(materials.name(doc), "binary"))
        return False
    if doc.path is None:
        return True
    verdict = materials.ignore.judge(doc.path)
    if verdict.kind != "open":
        left_out.append(LeftOut(materials.name(doc), f"ignored by {verdict.by}"))
        return False
    return True


def _of_focus(focus: Snapshot, materials: Materials) -> list[ContextItem]:
    name, index = materials.name(focus), index_of(focus.text)
    span = materials.range
    if span is None:
        return [_whole(focus, name)]
    items = []
    selected = index.slice(span)
    if selected.strip():
        items.append(_item("selection", focus, name, span.start.line, span.end.line, selected))
    symbol = symbol_at(focus, span)
    if symbol is not None and symbol.range != span:
        text = index.slice(symbol.range)
        if text != selected:
            items.append(
                _item("symbol", focus, name, symbol.range.start.line, symbol.range.end.line, text)
            )
    elif not selected.strip():
        first, last = max(0, span.start.line - 30), min(index.line_count - 1, span.start.line + 30)
        around = "\n".join(index.line(n) for n in range(first, last + 1))
        items.append(_item("symbol", focus, name, first, last, around))
    head = [
        index.line(n)
        for n in range(min(HEAD_LINES, index.line_count))
        if index.line(n).startswith(("import ", "from ", "use ", "#include", "const ", "require"))
    ]
    if head and span.start.line > 0:
        items.append(
            _item("imports", focus, name, 0, min(HEAD_LINES, span.start.line), "\n".join(head))
        )
    return items


def _related(
    items: Sequence[ContextItem],
    focus: Snapshot | None,
    others: Sequence[Snapshot],
    materials: Materials,
) -> list[ContextItem]:
    """Definitions in other files, and in the same one, that the selection names."""
    named = words("\n".join(i.text for i in items if i.kind in ("selection", "symbol")))
    sources = ([focus] if focus else []) + [d for d in others if d not in materials.attached]
    found = []
    for doc in sources:
        index = None
        for symbol in definitions(doc.text, doc.language):
            if symbol.name not in named or any(
                i.path == materials.name(doc)
                and i.start_line <= symbol.range.start.line + 1 <= i.end_line
                for i in items
            ):
                continue
            index = index or index_of(doc.text)
            text = index.slice(symbol.range)
            if len(text) <= 6_000:
                found.append(
                    _item(
                        "related",
                        doc,
                        materials.name(doc),
                        symbol.range.start.line,
                        symbol.range.end.line,
                        text,
                    )
                )
    return found[:RELATED]


def _diagnostics(request: Request) -> ContextItem:
    lines = [
        f"{d.path}:{d.line}: {d.severity}{f' {d.code}' if d.code else ''}: {d.message}"
        for d in (request.diagnostics or ())[:40]
    ]
    text = "\n".join(lines)
    path = (request.diagnostics or ())[0].path
    return ContextItem("diagnostics", path, None, 1, len(lines), text, _tokens(text))


def _without_secrets(
    items: Sequence[ContextItem],
) -> tuple[list[ContextItem], tuple[tuple[str, str], ...]]:
    known: tuple[tuple[str, str], ...] = ()
    cleaned = []
    for item in items:
        redacted = secrets.redact(item.text, known)
        known = redacted.secrets
        cleaned.append(
            ContextItem(
                item.kind,
                item.path,
                item.language,
                item.start_line,
                item.end_line,
                redacted.text,
                item.tokens,
            )
        )
    return cleaned, known


def _fitted(
    found: tuple[list[ContextItem], tuple[tuple[str, str], ...]], left_out: list[LeftOut]
) -> Pack:
    items, known = found
    kept, used = [], 0
    for item in items:
        if item.kind != "selection" and used + item.tokens > WINDOW_TOKENS:
            left_out.append(
                LeftOut(f"{item.path}:{item.start_line}", "does not fit the context window")
            )
            continue
        kept.append(item)
        used += item.tokens
    return Pack(tuple(kept), tuple(left_out), known, used)


def _whole(doc: Snapshot, name: str) -> ContextItem:
    return _item("file", doc, name, 0, doc.text.count("\n"), doc.text)


def _item(
    kind: ItemKind, doc: Snapshot, name: str, first: int, last: int, text: str
) -> ContextItem:
    return ContextItem(kind, name, doc.language, first + 1, last + 1, text, _tokens(text))


def _tokens(text: str) -> int:
    return int(len(text) / CHARS_PER_TOKEN) + 1
