"""The names that a piece of code defines at its top, whether or not it is a whole file."""

from __future__ import annotations

import re
from typing import Final

from tierwise.syntax.symbols import PROSE, definitions

_BINDS: Final = re.compile(
    r"(?:export\s+|default\s+|pub(?:\([^)]*\))?\s+|public\s+|private\s+|protected\s+|internal\s+"
    r"|static\s+|async\s+|abstract\s+|final\s+|open\s+|data\s+|sealed\s+|override\s+|local\s+"
    r"|inline\s+|unsafe\s+|virtual\s+|partial\s+|readonly\s+|declare\s+|suspend\s+)*"
    r"(?:(?:def|class|function\*?|func|fun|fn|sub|proc|procedure|interface|trait|struct|enum|object"
    r"|module|defmodule|defp|protocol|extension|record|namespace|impl|type|macro_rules!|mod)"
    r"\s+(?:\([^)]*\)\s*)?([A-Za-z_$][\w$]*[?!]?)"
    r"|(?:const|let|var|val)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=\s*(?:async\b|function|\(|\w+\s*=>|class)"
    r"|([A-Za-z_$][\w$]*)\s*\(\)\s*\{"
    r"|([A-Za-z_$][\w$]*)\s*(?:=|<-)\s*(?:lambda\b|function\b|class\b)"
    r"|[\w<>\[\],*&: ]+?[\s*&]([A-Za-z_~]\w*)\s*\([^;]*$)"
)
"""A line that gives a name to a function or a type, over languages with and without a grammar."""


def bound(text: str, language: str | None) -> tuple[str, ...]:
    """The names a piece of code defines at its top, in order; it need not be a whole file.

    These are functions, types, and names to which a function or a type is assigned.
    """
    if language in PROSE:
        return ()
    lead = min((len(x) - len(x.lstrip()) for x in text.split("\n") if x.strip()), default=0)
    found: dict[int, str] = {}
    every = definitions(text, language)
    least = min((symbol.depth for symbol in every), default=0)
    for symbol in every:
        if symbol.depth == least:
            found.setdefault(symbol.range.start.line, symbol.name)
    for number, line in enumerate(text.split("\n")):
        named = _BINDS.match(line[lead:]) if len(line) - len(line.lstrip()) <= lead else None
        if named is not None:
            found.setdefault(number, next(name for name in named.groups() if name))
    return tuple(dict.fromkeys(name for _, name in sorted(found.items())))
