"""The head of a file: the lines that must stay above its first import.

These are a line for the shell, comments of the file (a licence), a Python docstring, directives
such as `'use strict'`, the name of the package, and the guard of a C header. Where there is a
grammar the syntax tree tells them, elsewhere the lines do (`text_head.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tierwise.edits.text_head import OF_THE_FILE, text_head
from tierwise.syntax.parse import parse

if TYPE_CHECKING:
    from tree_sitter import Node

_FIXED: Final = frozenset({
    "shebang", "hash_bang_line", "package_clause", "package_declaration", "inner_attribute_item",
    "future_import_statement", "preproc_call",
})  # fmt: skip
"""Kinds of nodes that stand above imports, in any grammar."""
_TEXTS: Final = frozenset({"string", "concatenated_string"})
_DOCUMENTED: Final = frozenset({"python"})
_DIRECTED: Final = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})


def head_end(lines: Sequence[str], language: str | None = None) -> int | None:
    """How many lines at the beginning of a file must stay above its first import. None if no place
    for imports is clear.

    A comment right above code belongs to that code, unless it says that it is about the file. One
    with an empty line below it, or above another line of the head, belongs to the file.
    """
    tree = parse("".join(lines), language)
    if tree is None:
        return text_head(lines)
    return _parsed(tree.root_node, language)


def _parsed(root: Node, language: str | None) -> int:
    """The end of the head by the children of a node: those of the file, or of its guard."""
    end = over = 0
    """`over` is the end of the latest comment that belongs to nothing so far."""
    nodes = [node for node in root.children if node.start_point[0] < node.end_point[0] or node.text]
    for number, node in enumerate(nodes):
        if "comment" in node.type:
            if over and node.start_point[0] > over:
                end = over
            over = _last_row(node) + 1
            if OF_THE_FILE.search((node.text or b"").decode("utf-8", "replace")):
                end = over
            continue
        if over and node.start_point[0] > over:
            end = over
        if (guard := _guarded(root, node)) is not None:
            return guard
        if not _is_fixed(node, number, nodes, language):
            return end
        end, over = _last_row(node) + 1, 0
    return max(end, over)


def _is_fixed(node: Node, number: int, nodes: Sequence[Node], language: str | None) -> bool:
    if node.type in _FIXED:
        return node.type != "preproc_call" or b"pragma" in (node.text or b"")
    if node.type == "preproc_def":
        return all("comment" in one.type or one.type == "preproc_def" for one in nodes[:number])
    parts = [one.type for one in node.named_children if one.type != "comment"]
    if node.type != "expression_statement" or len(parts) != 1 or parts[0] not in _TEXTS:
        return False
    if language in _DOCUMENTED:
        return all("comment" in one.type for one in nodes[:number])
    return language in _DIRECTED


def _guarded(root: Node, node: Node) -> int | None:
    """The end of the head inside the guard of a C header. None if a node is no guard, which it is
    if it is all of the file and defines the name that it asks for.
    """
    if node.type != "preproc_ifdef" or root.parent is not None:
        return None
    asked = node.child_by_field_name("name")
    within = [one for one in node.named_children if "comment" not in one.type and one != asked]
    first = within[0] if within else None
    others = [one for one in root.named_children if "comment" not in one.type and one != node]
    if others or asked is None or first is None or first.type != "preproc_def":
        return None
    named = first.child_by_field_name("name")
    if named is None or named.text != asked.text:
        return None
    return _last_row(first) + 1


def _last_row(node: Node) -> int:
    """The last line of a node. Some grammars count the line break at its end to it."""
    if node.type == "expression_statement":
        # Its semicolon may stand further down, where it begins the next statement for a reader.
        node = next((one for one in node.named_children if one.type in _TEXTS), node)
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row
