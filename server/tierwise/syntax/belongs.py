"""What is written above a definition and belongs to it: comments, attributes, decorators.

It is found line by line from the definition up, since grammars attach comments at different
places of their trees. It ends at a blank line or at a line with another indentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

DECORATED: Final = frozenset(
    ("decorated_definition", "export_statement", "template_declaration", "ambient_declaration")
)
"""Node types that hold one definition and what belongs to it."""
REMARKS: Final = frozenset(
    ("comment", "line_comment", "block_comment", "attribute_item", "decorator")
)
"""Node types that are beside a definition and belong to the one below them."""

_APART: Final = re.compile(
    rb"^(?:#!|//!|/\*!|#.{0,6}-\*-|\W{1,6}tw:|.{0,80}(?:copyright|license|spdx-))", re.I
)
"""Comments that are not about the definition: the line that names an interpreter, licences, the
inner documentation of Rust, and what the operator asks for in a `tw:` comment."""
_MARKED: Final = re.compile(
    r"^\s*(?://|--|#(?!\s*(?:include|define|if|endif|pragma)\b)|;|%|@|\[<?\w)"
)
"""Starts of comment and attribute lines, over the languages without a grammar."""
_BLOCK_ENDS: Final = (("*/", "/*"), ("-->", "<!--"), ("*)", "(*"), ("-}", "{-"), ("=#", "#="))


def outermost(node: Node) -> Node:
    """The outermost node that holds this definition and nothing else but what belongs to it.

    Decorators belong to it, for example.
    """
    while (parent := node.parent) is not None and parent.type in DECORATED:
        node = parent
    return node


def start(node: Node, lines: Sequence[bytes]) -> tuple[int, int]:
    """Row and column (bytes) at which what belongs to a definition begins.

    `node` is the outermost one; `lines` are those of the text without their ends.
    """
    root = _root(node)
    row, column = node.start_point
    if lines[row][:column].strip():
        return row, column
    first = row
    while first > 0:
        remark = remark_at(root, first - 1, lines)
        if remark is None or remark.start_point[1] != column:
            break
        if _APART.match(lines[remark.start_point[0]].strip()):
            break
        first = remark.start_point[0]
    return (first, column)


def remark_at(root: Node, row: int, lines: Sequence[bytes]) -> Node | None:
    """The comment or attribute that covers a row, if it begins on a line of its own."""
    if row >= len(lines):
        return None
    line = lines[row]
    column = len(line) - len(line.lstrip())
    node = root.descendant_for_point_range((row, column), (row, column + 1))
    while node is not None and node.type not in REMARKS:
        node = node.parent
    if node is None:
        return None
    at, before = node.start_point
    return node if not lines[at][:before].strip() else None


def start_line(lines: Sequence[str], first: int) -> int:
    """The line at which the comments and attributes of the definition in line `first` begin.

    It reads lines by pattern, for languages without a grammar.
    """
    lead = _indent(lines[first])
    while first > 0:
        above = lines[first - 1].rstrip()
        begins = first - 1
        for closes, opens in _BLOCK_ENDS:
            if above.endswith(closes):
                while begins > 0 and opens not in lines[begins]:
                    begins -= 1
                marked = lines[begins].lstrip().startswith(opens)
                break
        else:
            marked = _MARKED.match(above) is not None
        line = lines[begins]
        if not marked or _indent(line) != lead or _APART.match(line.strip().encode()):
            return first
        first = begins
    return first


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _root(node: Node) -> Node:
    while (parent := node.parent) is not None:
        node = parent
    return node
