"""Whether a text parses no worse than it did before."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import Final

from tierwise.syntax.parse import parse, walk
from tierwise.syntax.query import nodes
from tierwise.syntax.touched import touched

_SLACK: Final = 40
"""Bytes by which a part that was broken before may grow."""
_NEWER: Final = re.compile(
    r"^\s*type\s+\w+|^\s*(?:async\s+)?(?:def|class)\s+\w+\s*\[|[fFtT][\"'].*\{|except\s*\*?\s*\w+\s*,"
)
"""Python syntax that a newer interpreter accepts and this one may not: type statements and
parameters, nested f-strings, template strings, several exceptions without parentheses."""


def worse(before: str, after: str, language: str | None) -> bool:
    """Whether `after` has more syntax errors than `before`, or much larger ones; False if there is
    no parser.

    A text that was broken before may stay broken: an edit in the middle of typing is no
    reason to refuse it.
    """
    part = touched(before, after, language)
    broken, size = (0, 0) if part is not None else _errors(after, language)
    if broken:
        was, had = _errors(before, language)
        if broken > was or size > 1.5 * had + _SLACK:
            return True
    was_read, is_read = (part.before, part.after) if part is not None else (before, after)
    if language == "ruby" and _endless(is_read) > _endless(was_read):
        return True
    if part is not None and language == "python" and _reads(part.after, language):
        return False
    return not _reads(after, language) and _reads(before, language)


def _errors(text: str, language: str | None) -> tuple[int, int]:
    """How many syntax errors a text has, and how many bytes of it they cover."""
    tree = parse(text, language)
    if tree is None or not tree.root_node.has_error:
        return 0, 0
    found = [n for n in walk(tree.root_node) if n.is_error or n.is_missing]
    return len(found), sum(n.end_byte - n.start_byte for n in found if n.is_error)


def _endless(text: str) -> int:
    """How many here-documents of a Ruby text never end, which its grammar takes for no error.

    The grammar sees the end of one only where a line end follows.
    """
    tree = parse(f"{text}\n", "ruby") if "<<" in text else None
    if tree is None:
        return 0
    (ends,) = nodes(tree, "ruby", frozenset(("heredoc_end",)))
    return sum(node.start_byte == node.end_byte for node in ends)


def _reads(text: str, language: str | None) -> bool:
    """Whether the parser of the standard library accepts the text; True if it has none for the
    language.
    """
    try:
        match language:
            case "python":
                ast.parse(text)
            case "json":
                json.loads(text)
            case "toml":
                tomllib.loads(text)
    except SyntaxError as error:
        lines = text.split("\n")
        number = (error.lineno or 1) - 1
        return number < len(lines) and _NEWER.search(lines[number]) is not None
    except (ValueError, RecursionError, MemoryError):
        return language == "python"
    return True
