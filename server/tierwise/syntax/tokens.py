"""A text as its tokens: what is left of it when space and remarks are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierwise.syntax.parse import parse

if TYPE_CHECKING:
    from tree_sitter import Node

LARGEST: Final = 400_000
"""Characters beyond which a text is not taken apart into tokens: it would take a second."""

_TEXTS: Final = frozenset(
    ("string", "string_literal", "template_string", "interpreted_string_literal", "char_literal",
     "raw_string_literal", "rune_literal", "heredoc_body", "character_literal", "text_block")
)  # fmt: skip
_FILLED: Final = frozenset(("interpolation", "template_substitution", "expansion"))
"""Code inside a string."""


def code(text: str, language: str | None) -> tuple[str, ...] | None:
    """The tokens of a text without comments and docstrings; None where nothing can tell.

    Two texts with the same tokens differ in space and remarks alone.
    """
    if len(text) > LARGEST:
        return None
    tree = parse(text, language)
    if tree is None or tree.root_node.has_error:
        return None
    found: list[str] = []
    _collect(tree.root_node, found)
    return tuple(found)


def _collect(root: Node, found: list[str]) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        kind = node.type
        if "comment" in kind or _docstring(node):
            continue
        filled = any(c.type in _FILLED for c in node.children)
        if ((kind in _TEXTS and not filled) or not node.children) and node.text is not None:
            piece = node.text.decode("utf-8", "replace")
            if piece.strip() and piece != ";":
                found.append(piece)
            continue
        stack.extend(reversed(node.children))


def _docstring(node: Node) -> bool:
    if node.type != "expression_statement" or node.named_child_count != 1:
        return False
    only = node.named_children[0]
    return only.type in ("string", "concatenated_string")
