"""The definition a position stands in, found from the position up instead of in a list of all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from tierwise.core.document import Position, Range
from tierwise.syntax.follow import follow
from tierwise.syntax.parse import LARGEST
from tierwise.syntax.positions import LineIndex, index_of
from tierwise.syntax.symbols import DECORATED, DEFINITIONS, Symbol, decorated, definitions, name_of

if TYPE_CHECKING:
    from tree_sitter import Node


@lru_cache(maxsize=16)
def enclosing(text: str, language: str | None, at: Position) -> Symbol | None:
    """The innermost definition around a position, its ends included; None outside of any.

    Where one ends as the next begins, the next is meant.
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
    named = (
        Symbol(name, node.type, _span(index, data, decorated(node)), depth)
        for edge in {offset, max(0, offset - 1)}
        for node, depth in _above(tree.root_node, edge)
        if (name := name_of(node))
    )
    touching = (symbol for symbol in named if symbol.range.start <= at <= symbol.range.end)
    return max(touching, key=_innermost, default=None)


def _above(root: Node, at: int) -> Iterator[tuple[Node, int]]:
    """The definitions around a byte, and in how many each of them stands."""
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


def _span(index: LineIndex, data: bytes, node: Node) -> Range:
    start, end = node.start_byte, node.end_byte
    if not index.ascii:
        start, end = (len(data[:at].decode("utf-8", "replace")) for at in (start, end))
    return Range(index.position(start), index.position(end))
