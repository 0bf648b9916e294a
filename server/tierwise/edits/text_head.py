"""The head of a file by its lines, for languages without a grammar here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_LONGEST: Final = 300
"""Characters of a line that are looked at."""
OF_THE_FILE: Final = re.compile(
    r"^#!(?!\[)|coding[:=]|frozen_string_literal|@ts-|@flow\b|<reference\b|@jsx|type:\s*ignore|^--!"
    r"|^/\*!|^//[!>]|SPDX|[Cc]opyright|[Ll]icen[cs]e|eslint|prettier|-\*-|mypy:|ruff:|flake8:|pylint:"
    r"|go:build|\+build|@fileoverview|@license|@preserve|@jest|@vitest|swift-tools|auto-generated"
)
"""What a comment holds that is about its file, even where code stands right below it."""
_DIRECTIVE: Final = re.compile(
    r"#!(?!\[)|@charset\b|@file:|['\"]use [\w ]+['\"]|package\s|namespace\s[^{]*;|declare\s*\("
    r"|\{-#.*#-\}|#\s*pragma\b|#\s*define\b|extern\s+alias\b|library\b|part\s+of\b|syntax\s*="
    r"|-\*-|unit\s|pragma\s|@testOn\b",
    re.IGNORECASE,
)
"""How a line begins that has a meaning only above the imports, in any of many languages."""
_HEADED: Final = (
    (
        re.compile(r"(?:port\s+|effect\s+)?module\s"),
        re.compile(r"\bwhere\b|\bexposing\b|;\s*$|\bdo\s*$"),
    ),
)
"""Headers that may take several lines: how they begin and what ends them."""
_FILLER: Final = re.compile(r"(?:\s|;|//.*|#(?!\[).*|/\*.*?\*/)*+$")
"""White space and comments up to the end of a line. It gives nothing back (`*+`), because a banner
of slashes can be divided in more ways than can be tried.
"""
_LINE_COMMENT: Final = re.compile(r"//|--(?!\[\[)(?=[\s-]|$|!)|[;%](?=[\s;%]|$)|#(?!\s*(?:if|\[))")
_BLOCKS: Final = (
    ("/*", "*/"), ("<!--", "-->"), ("{-", "-}"), ("(*", "*)"), ("--[[", "]]"), ("=begin", "=end"),
)  # fmt: skip
"""How a comment of several lines begins and ends."""
_PHP: Final = re.compile(r"<\?(?:php|hh)\b\s*", re.IGNORECASE)
_SPACED: Final = re.compile(r"(?:\s|//[^\n]*|#(?!\[)[^\n]*|/\*.*?\*/)*+namespace\b", re.DOTALL)
"""A namespace with braces, which must stand before everything else, with comments above it."""
_SCRIPT: Final = re.compile(r"<script\b(?!.*</script).*>$", re.IGNORECASE)


def text_head(lines: Sequence[str]) -> int | None:
    """How many lines at the beginning of a file must stay above its first import. None if no place
    for imports is clear: code stands on the line of `<?php`, or a page has no script.
    """
    said = [line.strip()[:_LONGEST] for line in lines]
    first = _next(said, 0)
    if first < len(said) and said[first].startswith("#!") and not said[first].startswith("#!["):
        first = _next(said, first + 1)
    if first == len(said):
        return first
    scripts = [n + 1 for n, line in enumerate(said) if _SCRIPT.match(line)]
    if (opened := _PHP.match(said[first])) is not None:
        return _of_php(said, first, said[first][opened.end() :])
    if said[first].startswith("<") and (scripts or not said[first].startswith("<!--")):
        return next((n for n in scripts if "module" not in said[n - 1]), None)
    begin = 0
    if said[first] == "---":
        begin = next((n + 1 for n in range(first + 1, len(said)) if said[n] == "---"), 0)
    return max(begin, _scanned(said, begin))


def _next(said: Sequence[str], at: int) -> int:
    """The next line that is not empty, from the line `at` on."""
    return next((n for n in range(at, len(said)) if said[n]), len(said))


def _of_php(said: list[str], first: int, rest: str) -> int | None:
    """The end of the head of a PHP file that opens on the line `first`, with `rest` behind it."""
    if "?>" in rest or not (_FILLER.match(rest) or _begins(rest)):
        return None
    said[first] = rest
    end = max(first + 1, _scanned(said, first))
    below = "\n".join(said[end:])
    return None if _SPACED.match(below) else end


def _scanned(said: Sequence[str], at: int) -> int:
    """The end of the head in stripped lines, from the line `at` on."""
    end = 0
    while at < len(said):
        if not said[at]:
            at += 1
            continue
        fixed = _fixed_end(said, at)
        over = fixed if fixed > at else _comment_end(said, at)
        if over == at:
            return end
        spoken = [n for n in range(at, over) if OF_THE_FILE.search(said[n])]
        if over == fixed or over == len(said) or not said[over]:
            end = over
        elif spoken:
            end = spoken[-1] + 1 if _LINE_COMMENT.match(said[at]) else over
        at = over
    return end


def _begins(rest: str) -> bool:
    """Whether what stands behind `<?php` is itself part of a head."""
    return bool(_DIRECTIVE.match(rest)) or any(rest.startswith(begin) for begin, _ in _BLOCKS)


def _fixed_end(said: Sequence[str], at: int) -> int:
    """The line below the directive or header that begins on a line. The same line if none does."""
    line = said[at]
    for begin, end in _HEADED:
        if begin.match(line):
            close = (n for n in range(at, min(at + 40, len(said))) if end.search(said[n]))
            return next(close, at - 1) + 1
    if not _DIRECTIVE.match(line) or line.startswith("#["):
        return at
    if line.count("(") > line.count(")"):
        return next((n + 1 for n in range(at, len(said)) if ")" in said[n]), at)
    return at + 1


def _comment_end(said: Sequence[str], at: int) -> int:
    """The line below the comment that begins on a line. The same line if it is no comment."""
    block = next(((begin, end) for begin, end in _BLOCKS if said[at].startswith(begin)), None)
    if block is not None:
        return _closed(said, at, *block)
    while at < len(said) and _LINE_COMMENT.match(said[at]) and not _DIRECTIVE.match(said[at]):
        at += 1
    return at


def _closed(said: Sequence[str], at: int, begin: str, end: str) -> int:
    """The line below the comment that begins on a line with `begin`. The same line if it never
    ends, or if code follows its end.
    """
    rest = said[at][len(begin) :]
    for number in range(at, len(said)):
        _, closed, behind = rest.partition(end)
        if closed:
            return number + 1 if _FILLER.match(behind) else at
        rest = said[number + 1] if number + 1 < len(said) else ""
    return at
