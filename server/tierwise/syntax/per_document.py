"""Facts of a document, worked out once for each of its versions.

A fact lives as long as the snapshot it was read from: that of an open document until the next
keystroke in it. So what is kept fits what is open, however much that is, and nothing has a size
that could be too small.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import ref

from tierwise.core.document import Snapshot

T = TypeVar("T")


def per_document(fact: Callable[[Snapshot], T]) -> Callable[[Snapshot], T]:
    """A fact that is worked out when a document is first asked for it; safe on any thread."""
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
