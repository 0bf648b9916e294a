"""Facts of a document, computed once for each of its versions.

A fact lives as long as the snapshot it was computed from. The snapshot of an open document lives
until the next keystroke in it. So the memory in use follows the open documents, and no cache has
a size limit that could be too small.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ref

from tierwise.core.document import Snapshot

T = TypeVar("T")


def per_document(fact: Callable[[Snapshot], T]) -> Callable[[Snapshot], T]:
    """Make a function that computes a fact once per document, on first use; safe on any thread."""
    known: dict[int, tuple[ref[Snapshot], T]] = {}

    @wraps(fact)
    def kept(doc: Snapshot) -> T:
        place = id(doc)
        found = known.get(place)
        if found is not None and found[0]() is doc:
            return found[1]
        value = fact(doc)
        known[place] = (ref(doc, lambda _: known.pop(place, None)), value)
        return value

    return kept
