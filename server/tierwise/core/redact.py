"""Blanks keys in every text that is logged, and in what a model's server said before it is shown.

A key is known by its shape, or because this process uses it: each such key is registered here
(`hide`, `hidden`) as soon as it is read, wherever it came from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

SHOWN: Final = "[key]"
_SHORTEST: Final = 6
"""Characters a named key must have to be blanked; a shorter one would blank half of a text."""
_SHAPES: Final = re.compile(
    r"sk-[A-Za-z0-9_-]{8,}|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?i:x-api-key|authorization|api[_-]?key)[\"']?\s{0,4}[:=]\s{0,4}b?[\"']?"
    r"(?i:(?:bearer|basic|token)\s+)?[^\s\"',;}]{6,}"
    r"|://[^\s/@:]{1,100}:[^\s/@]{1,200}@"
)
_hidden: set[str] = set()
_hidden_now: Counter[str] = Counter()
"""Keys hidden for as long as they are used, with how many use each."""


def hide(key: str) -> str:
    """Blank this key from here on. Returns the key, so that a call can stand in its place."""
    if len(key) >= _SHORTEST:
        _hidden.add(key)
    return key


@contextmanager
def hidden(key: str) -> Iterator[None]:
    """Blank this key while the block runs, for a process that keeps no key beyond a call."""
    counted = len(key) >= _SHORTEST
    if counted:
        _hidden_now[key] += 1
    try:
        yield
    finally:
        if counted:
            _hidden_now[key] -= 1
            if not _hidden_now[key]:
                del _hidden_now[key]


def redact(text: str, keys: Iterable[str] = ()) -> str:
    """`text` with "[key]" in place of each hidden key, of `keys`, and of what looks like a key."""
    for key in (*_hidden, *_hidden_now, *keys):
        text = text.replace(key, SHOWN)
    return _SHAPES.sub(SHOWN, text)
