"""Whether added code redefines a name that the file has at its top already.

Tests run after their whole file was read, so a fixture, a helper or a constant of the same
name replaces the one that the tests above it mean.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from tierwise.edits.align import squeezed
from tierwise.syntax.symbols import definitions

_ASSIGNED: Final = re.compile(
    r"^(?:export\s+)?(?:(?:const|let|var|local|val|static)\s+(?:mut\s+)?)?([A-Za-z_$][\w$]*)"
    r"\s*(?::[^=\n]+)?=(?![=>])"
)
_GOES_ON: Final = re.compile(r"@(?:typing\.)?overload\b|@\w+\.(?:setter|deleter|register)")
_MANY: Final = frozenset(("impl_item", "method_declaration", "module", "class"))
"""Kinds of which several often have one name: implementations, Go's methods, Ruby's classes."""


def shadows(before: str, after: str, language: str | None) -> bool:
    """Whether a text defines a name at its top more often than before."""
    was, now = _given(before, language), _given(after, language)
    return any(was[name] and count > was[name] for name, count in now.items())


def _given(text: str, language: str | None) -> Counter[str]:
    """How often each name is defined at the top of a text."""
    found: Counter[str] = Counter()
    lines = text.splitlines()
    of_definitions = set()
    for symbol in definitions(text, language):
        if symbol.depth or symbol.kind in _MANY:
            continue
        if _is_overload([squeezed(x) for x in lines[symbol.range.start.line : symbol.at.line]]):
            continue
        found[symbol.name] += 1
        of_definitions.add(symbol.at.line)
    for number, line in enumerate(lines):
        named = _ASSIGNED.match(line)
        if named is not None and number not in of_definitions:
            found[named[1]] += 1
    return found


def _is_overload(above: list[str]) -> bool:
    """Whether decorators say that a definition continues one of the same name."""
    return any(
        re.match(r"@(?:typing\.)?overload\b|@\w+\.(?:setter|deleter|register)", x) for x in above
    )
