"""The names that a piece of code defines at its top, whether or not it is a whole file."""

from __future__ import annotations

import re
from typing import Final

from tierwise.syntax.literals import TEXTS
from tierwise.syntax.parse import parse
from tierwise.syntax.query import nodes
from tierwise.syntax.symbols import PROSE, definitions

_NO_CODE: Final = TEXTS | {"comment", "block_comment", "uninterpreted"}
"""Node types whose lines are no code."""

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
    silent = _silent(text, language)
    for number, line in enumerate(text.split("\n")):
        if number in silent:
            continue
        named = _BINDS.match(line[lead:]) if len(line) - len(line.lstrip()) <= lead else None
        if named is not None:
            found.setdefault(number, next(name for name in named.groups() if name))
    return tuple(dict.fromkeys(name for _, name in sorted(found.items())))


def _silent(text: str, language: str | None) -> frozenset[int]:
    """The numbers of the lines that begin inside a comment or a string. None in broken code, where
    the sign that opens a comment or string may be the mistake.
    """
    tree = parse(text, language)
    if tree is None or tree.root_node.has_error:
        return frozenset()
    (found,) = nodes(tree, language, _NO_CODE)
    spans = ((*node.start_point, *node.end_point) for node in found)
    return frozenset(
        line for row, at, end, to in spans for line in range(row + (at > 0), end + (to > 0))
    )
