"""Finds nodes of given kinds with the parser's own search instead of visiting each node."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from tierwise.syntax.parse import language_of

if TYPE_CHECKING:
    from tree_sitter import Node, Query, Tree

Kinds = frozenset[str]


def nodes(tree: Tree, language: str | None, *sought: Kinds) -> list[list[Node]]:
    """For each set of node kinds the named nodes of these kinds below a tree's root, in the order
    of the text. An outer node comes before those inside it.
    """
    found: list[list[Node]] = [[] for _ in sought]
    query = _query(language, sought)
    if query is None:
        return found
    root = tree.root_node
    search = import_module("tree_sitter").QueryCursor(query)
    for name, matched in search.captures(root).items():
        kept = [node for node in matched if node.id != root.id]
        found[int(name)] = sorted(kept, key=_outer_first)
    return found


def depths(ordered: Sequence[Node]) -> list[int]:
    """For each node, how many of the others enclose it.

    `ordered` must have the order in which `nodes` returns them.
    """
    found: list[int] = []
    ends: list[int] = []
    for node in ordered:
        while ends and ends[-1] <= node.start_byte:
            ends.pop()
        found.append(len(ends))
        ends.append(node.end_byte)
    return found


def _outer_first(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte


@lru_cache(maxsize=64)
def _query(language: str | None, sought: tuple[Kinds, ...]) -> Query | None:
    """The compiled search for these kinds; None where the language has no grammar or
    none of them.
    """
    known = language_of(language)
    if known is None:
        return None
    patterns = []
    for number, kinds in enumerate(sought):
        there = sorted(kind for kind in kinds if known.id_for_node_kind(kind, True) is not None)
        if there:
            patterns.append(f"[{' '.join(f'({kind})' for kind in there)}] @{number}")
    if not patterns:
        return None
    query: Query = import_module("tree_sitter").Query(known, "\n".join(patterns))
    return query
