"""What the open files say about a selection: its symbol, and how often that is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tierwise.core.document import Range, Snapshot
from tierwise.core.request import Request
from tierwise.syntax.around import enclosing
from tierwise.syntax.positions import index_of
from tierwise.syntax.symbols import Symbol, occurrences_in

LARGEST = 2_000_000
"""Characters of all searched files together; beyond it usages are unknown, not guessed."""


def symbol_at(focus: Snapshot | None, span: Range | None) -> Symbol | None:
    """The innermost definition around the first word of a selection, or around a cursor."""
    if focus is None or span is None or len(focus.text) > LARGEST:
        return None
    index = index_of(focus.text)
    selected = index.slice(span)
    lead = len(selected) - len(selected.lstrip())
    at = index.position(index.offset(span.start) + lead) if selected.strip() else span.start
    return enclosing(focus.text, focus.language, at)


def enrich(
    request: Request, focus: Snapshot | None, span: Range | None, documents: Sequence[Snapshot]
) -> Request:
    """The request, completed for the router with the symbol around the selection, and with how
    often the open and attached files (`documents`) use that symbol. It is unchanged without a
    selection or a symbol.
    """
    selection = request.selection
    symbol = symbol_at(focus, span)
    if selection is None or symbol is None or sum(len(d.text) for d in documents) > LARGEST:
        return request
    counts = [occurrences_in(doc, symbol.name) for doc in documents]
    usages, files = max(0, sum(counts) - 1), sum(1 for count in counts if count)
    known = replace(selection, symbol=symbol.name, usages=usages, usage_files=files)
    return replace(request, selection=known)
