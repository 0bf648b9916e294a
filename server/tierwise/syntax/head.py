"""The head of a file: the lines from its first to its last import, unchanged.

Lines are read by pattern, so that it works without a grammar. An import over several lines ends
where its brackets close.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tierwise.syntax.positions import split_lines

LOOKED_AT: Final = 150
"""Lines of a file searched for imports."""
APART: Final = 12
"""Lines of code in a row after which the search for more imports ends."""

_IMPORT: Final = re.compile(
    r"""^(?:
        (?:import|from|package|using|use|mod|extern\s+crate|open|alias|library|pragma)\b
      | (?:pub(?:\([^)]*\))?\s+)(?:use|mod)\b
      | (?:export\s+)?(?:const|let|var|local|my)\s.*?(?:=|\bfrom\b).*?\b(?:require|import|dofile)\b
      | (?:const|let|var)\s*\{[^}=]*$
      | (?:static\s+)?import\b
      | export\s+(?:\*|\{|type\s*\{).*(?:\bfrom\b|\{\s*[^}]*)$
      | require(?:_relative|_once)?\b
      | (?:include|include_once|require_once|-include|sinclude)\b
      | \#\s*(?:include|import|pragma)\b
      | @(?:import|use|forward|charset)\b
      | (?:source|\.)\s+\S
      | \w+\s*(?::=|=)\s*(?:require|@import|import)\b
      | load\s*\(
    )""",
    re.VERBOSE,
)
_COMMENT: Final = re.compile(r"^\s*(?:\#|//|--|;|%|/\*|\*|<!--|\"\"\"|'''|--\[\[|<\?php|$)")
_TEXT_MARK: Final = re.compile(r"\"\"\"|'''")
_STRING: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
_ENDS: Final = re.compile(r"(?:\\|,|\bfrom|=)\s*$")


@lru_cache(maxsize=32)
def head(text: str) -> tuple[int, int] | None:
    """The lines [first, last) of the imports at a file's top, from 0; None without any."""
    lines = split_lines(text[: LOOKED_AT * 400])[:LOOKED_AT]
    first: int | None = None
    last = number = code = 0
    quoted = False
    while number < len(lines) and code <= APART:
        line = lines[number].lstrip("\ufeff")
        if not quoted and _IMPORT.match(line) and (end := _end(lines, number)) is not None:
            first = number if first is None else first
            last, number, code = end, end, 0
            continue
        marks = len(_TEXT_MARK.findall(line))
        if not quoted and not marks and not _COMMENT.match(line):
            code += 1
        quoted ^= marks % 2 == 1
        number += 1
    return (first, last) if first is not None else None


def _end(lines: list[str], first: int) -> int | None:
    """The line after an import. It is None where the lines only looked like an import."""
    open_brackets = 0
    for number in range(first, min(len(lines), first + 60)):
        bare = _STRING.sub("''", lines[number])
        bare = re.sub(r"(?://|#(?!\s*(?:include|import|pragma))|--\s).*$", "", bare)
        open_brackets += sum(bare.count(c) for c in "({[") - sum(bare.count(c) for c in ")}]")
        if open_brackets <= 0 and not _ENDS.search(bare.rstrip()):
            said = "".join(lines[first : number + 1])
            destructured = re.match(r"(?:const|let|var)\s*\{", said)
            if destructured and not re.search(r"\b(?:require|import)\b", said):
                return None
            return number + 1
    return None
