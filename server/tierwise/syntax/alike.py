"""Decide whether two texts of code mean the same: compare their trees and ignore formatting.

White space, the kind of quotes, a comma before a closing bracket and a semicolon at the end of a
line are formatting. Names, order and structure are meaning. Comments are compared too, unless the
caller says that they do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tierwise.syntax.parse import parse_bytes

if TYPE_CHECKING:
    from tree_sitter import Node

LARGEST: Final = 400_000
"""Characters beyond which two texts are compared by their lines: a tree would take a second."""
_CLOSING: Final = frozenset((")", "]", "}", ">"))
_QUOTES: Final = "\"'"


def alike(one: str, other: str, language: str | None, *, remarks: bool = True) -> bool:
    """Whether two texts of code differ in nothing but formatting.

    `remarks` says that comments must be the same too. Docstrings must always be the same: they are
    code that runs. Texts that cannot be parsed are compared by their lines.
    """
    if one == other:
        return True
    first, second = _shape(one, language, remarks), _shape(other, language, remarks)
    if first is None or second is None:
        return _lines(one) == _lines(other)
    return first == second


def _lines(text: str) -> list[str]:
    """The lines that are not blank, without the space at their ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _shape(text: str, language: str | None, remarks: bool) -> list[str] | None:
    """The tree written with brackets.

    It is None where there is no grammar, the text has errors, or it is too large.
    """
    if len(text) > LARGEST:
        return None
    data = text.encode("utf-8", "replace")
    tree = parse_bytes(data, language)
    if tree is None or tree.root_node.has_error:
        return None
    found: list[str] = []
    for piece in _pieces(tree.root_node, data, remarks):
        if not piece:
            continue
        if piece in _CLOSING and found and found[-1] == ",":
            found.pop()
        found.append(piece)
    return found


def _pieces(root: Node, data: bytes, remarks: bool) -> Iterator[str]:
    """The content of a tree in order: each inner node in brackets, each leaf as it is written.

    In some grammars only a part of a string has nodes. The text between the nodes is yielded too.
    """
    stack: list[Node | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        comment = "comment" in node.type
        if comment and not remarks:
            continue
        if not node.child_count:
            leaf = _text(data, node.start_byte, node.end_byte)
            if leaf.strip() or "string" in node.type:
                yield _said(leaf, comment)
            continue
        yield f"({node.type}"
        inside: list[Node | str] = []
        at = node.start_byte
        for child in node.children:
            between = _text(data, at, child.start_byte)
            if between.strip():
                inside.append(between)
            inside.append(child)
            at = child.end_byte
        rest = _text(data, at, node.end_byte)
        inside += [rest] if rest.strip() else []
        stack.append("end)")
        stack += reversed(inside)


def _text(data: bytes, start: int, end: int) -> str:
    return data[start:end].decode("utf-8", "replace")


def _said(leaf: str, comment: bool) -> str:
    """A leaf without its formatting: space in a comment, the kind of a quote, a semicolon."""
    if comment:
        return " ".join(leaf.split())
    bare = leaf.strip()
    if bare == ";":
        return ""
    if bare and all(sign in _QUOTES for sign in bare):
        return '"' * len(bare)
    if len(bare) > 1 and bare[0] == bare[-1] == "'" and not set(bare[1:-1]) & set("\\\"'"):
        return f'"{bare[1:-1]}"'
    return leaf
