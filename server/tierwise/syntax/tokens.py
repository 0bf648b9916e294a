"""A text as its tokens: what is left without white space and comments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Final

from tierwise.syntax.parse import parse_bytes

if TYPE_CHECKING:
    from tree_sitter import Node

LARGEST: Final = 400_000
"""Characters beyond which a text is not taken apart into tokens: it would take a second."""

_TEXTS: Final = frozenset(
    ("string", "string_literal", "template_string", "interpreted_string_literal", "char_literal",
     "raw_string_literal", "rune_literal", "heredoc_body", "character_literal", "text_block")
)  # fmt: skip
_FILLED: Final = frozenset(("interpolation", "template_substitution", "expansion"))
"""Nodes that hold code inside a string."""


def code(text: str, language: str | None) -> tuple[str, ...] | None:
    """The tokens of a text without comments and docstrings.

    Two texts with the same tokens differ only in white space, comments, docstrings and semicolons.
    It is None where there is no grammar, or where the text has errors or is too large.
    """
    if len(text) > LARGEST:
        return None
    return _tokens(text, language)


@lru_cache(maxsize=2)
def _tokens(text: str, language: str | None) -> tuple[str, ...] | None:
    """The tokens of a text, cached for the old and the new text of the change that is being
    checked.
    """
    data = text.encode("utf-8", "replace")
    tree = parse_bytes(data, language)
    if tree is None or tree.root_node.has_error:
        return None
    pieces = (data[a:b].decode("utf-8", "replace") for a, b in _spans(tree.root_node))
    return tuple(intern(piece) for piece in pieces if piece.strip() and piece != ";")


def _spans(root: Node) -> Iterator[tuple[int, int]]:
    """The places of the tokens, in bytes: the leaves of the tree, and strings as one token each."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is None:
            return
        kind = node.type
        whole = kind in _TEXTS and not any(c.type in _FILLED for c in node.children)
        passed = "comment" in kind or (kind == "expression_statement" and _docstring(node))
        if not passed and (whole or not node.child_count):
            yield node.start_byte, node.end_byte
        elif not passed and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _docstring(node: Node) -> bool:
    if node.named_child_count != 1:
        return False
    only = node.named_children[0]
    return only.type in ("string", "concatenated_string")
