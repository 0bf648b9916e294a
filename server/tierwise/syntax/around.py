"""Find the definition around a position. The search goes up from the position, which is faster
than a list of all definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tierwise.core.document import Position
from tierwise.syntax.belongs import DECORATED, remark_at
from tierwise.syntax.follow import follow
from tierwise.syntax.parse import LARGEST
from tierwise.syntax.positions import index_of
from tierwise.syntax.symbols import DEFINITIONS, Symbol, definitions, name_of, symbol

if TYPE_CHECKING:
    from tree_sitter import Node


@lru_cache(maxsize=16)
def enclosing(text: str, language: str | None, at: Position) -> Symbol | None:
    """The innermost definition around a position, its ends included; None outside of any.

    Where one definition ends at the place where the next begins, the next is taken.
    """
    if len(text) > LARGEST:
        return None
    found = follow(text, language)
    if found is None:
        around = (s for s in definitions(text, language) if s.range.start <= at <= s.range.end)
        return max(around, key=_innermost, default=None)
    data, tree = found
    index = index_of(text)
    offset = index.offset(at)
    if not index.ascii:
        offset = len(text[:offset].encode("utf-8", "replace"))
    lines = data.split(b"\n")
    edges = {offset, max(0, offset - 1), *_below(tree.root_node, at.line, lines)}
    named = {
        node.id: symbol(name, node, depth, lines)
        for edge in edges
        for node, depth in _above(tree.root_node, edge)
        if (name := name_of(node))
    }
    touching = (one for one in named.values() if one.range.start <= at <= one.range.end)
    return max(touching, key=_innermost, default=None)


def _below(root: Node, row: int, lines: Sequence[bytes]) -> Iterator[int]:
    """The byte at which the code of a row begins.

    For a row in a comment it is that of the code below.
    """
    while (remark := remark_at(root, row, lines)) is not None:
        last, column = remark.end_point
        row = last + 1 if column else max(last, row + 1)
    if row < len(lines):
        line = lines[row]
        above = len(b"\n".join(lines[:row])) + 1 if row else 0
        yield above + len(line) - len(line.lstrip())


def _above(root: Node, at: int) -> Iterator[tuple[Node, int]]:
    """The definitions around a byte, the outermost first, each with how many others enclose it."""
    chain: list[Node] = []
    node = root.descendant_for_byte_range(at, at + 1)
    while node is not None and node.parent is not None:
        chain.append(node)
        node = node.parent
    depth = 0
    for node in reversed(chain):
        if node.type in DECORATED:
            yield from ((c, depth) for c in node.named_children if c.type in DEFINITIONS)
        elif node.type in DEFINITIONS and node.is_named:
            yield node, depth
            depth += 1


def _innermost(symbol: Symbol) -> tuple[int, Position]:
    return symbol.depth, symbol.range.start
