"""The head of a file: the lines that must stay above its first import.

These are a line for the shell, comments of the file (a licence), a Python docstring, directives
such as `'use strict'`, the name of the package, and the guard of a C header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_DIRECTIVE: Final = re.compile(
    r"^(?:#!.*|//!.*|<\?php\b.*|<\?hh\b.*|<script\b[^>]*>|@charset\b.*|@file:.*"
    r"|['\"]use \w+(?: \w+)?['\"];?|package\s+[\w.:]+\s*;?|namespace\s+[\w\\.]+\s*;"
    r"|declare\s*\(.*\)\s*;|module\s+[\w.]+.*\bwhere|\{-#.*#-\}|#\s*pragma\b.*"
    r"|#\s*(?:ifndef\s+\w+|if\s+!\s*defined\b.*|define\s+\w+_(?:H|HH|HPP|H_|H__|HPP_|INCLUDED)_*)"
    r"|(?:public\s+)?library\s+[\w.]+\s*;|-\*-.*-\*-|unit\s+[\w.]+\s*;)\s*(?://.*)?$"
)
"""A line that has a meaning only above the imports, in any of many languages."""
_LINE_COMMENT: Final = re.compile(
    r"^(?://|--(?=[\s-]|$)|[;%](?=[\s;%]|$)|#(?!\s*(?:include|import|if|define|\[)))"
)
_BLOCKS: Final = (
    ("/*", "*/"), ("<!--", "-->"), ("{-", "-}"), ("(*", "*)"), ("--[[", "]]"), ("=begin", "=end"),
)  # fmt: skip
"""How a comment of several lines begins and ends."""
_DOCSTRING: Final = re.compile(r"^[rRuU]?(\"\"\"|''')")


def head_end(lines: Sequence[str]) -> int:
    """How many lines at the beginning of a file must stay above its first import.

    A comment right above code belongs to that code. One with an empty line below it, or above
    another line of the head, belongs to the file.
    """
    at = end = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        over = _fixed_end(lines, at)
        fixed = over > at
        over = over if fixed else _comment_end(lines, at)
        if over == at:
            return end
        at = over
        if fixed or at == len(lines) or not lines[at].strip():
            end = at
    return end


def _fixed_end(lines: Sequence[str], at: int) -> int:
    """The line below the directive or docstring that begins on a line. The same line if none
    does.
    """
    said = lines[at].strip()
    if _DIRECTIVE.match(said):
        return at + 1
    quotes = _DOCSTRING.match(said)
    return at if quotes is None else _closed(lines, at, quotes[0], quotes[1])


def _comment_end(lines: Sequence[str], at: int) -> int:
    """The line below the comment that begins on a line. The same line if it is no comment."""
    said = lines[at].strip()
    block = next(((begin, end) for begin, end in _BLOCKS if said.startswith(begin)), None)
    if block is not None:
        return _closed(lines, at, *block)
    while at < len(lines):
        said = lines[at].strip()
        if not _LINE_COMMENT.match(said) or _DIRECTIVE.match(said):
            break
        at += 1
    return at


def _closed(lines: Sequence[str], at: int, begin: str, end: str) -> int:
    """The line below the text that begins on a line with `begin`. The same line if it never ends,
    or if code follows its end.
    """
    rest = lines[at].strip()[len(begin) :]
    for number in range(at, len(lines)):
        _, closed, behind = rest.partition(end)
        if closed:
            return at if behind.strip(" ;\t\r\n") else number + 1
        rest = lines[number + 1] if number + 1 < len(lines) else ""
    return at
