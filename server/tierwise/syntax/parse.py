"""Syntax trees. Each grammar is a package of its own and loads when its language is first seen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from tierwise.syntax.languages import grammar

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Tree

LARGEST: Final = 2_000_000
"""Characters beyond which a text is not parsed. Callers then work on its lines."""


def parse(text: str, language: str | None) -> Tree | None:
    """The tree of a text, or None where there is no grammar or the text is too large."""
    if len(text) > LARGEST:
        return None
    return parse_bytes(text.encode("utf-8", "replace"), language)


def parse_bytes(data: bytes, language: str | None, edited: Tree | None = None) -> Tree | None:
    """The tree of a text's bytes, None where there is no grammar.

    `edited` is the tree of an earlier text in which the changed place is marked. The parser reuses
    the parts that did not change.
    """
    parser = _parser(language)
    if parser is None:
        return None
    return parser.parse(data, edited) if edited is not None else parser.parse(data)


def language_of(language: str | None) -> Language | None:
    """The grammar of a language, None where there is none."""
    parser = _parser(language)
    return parser.language if parser is not None else None


def errors(text: str, language: str | None) -> int | None:
    """How many syntax errors a text has; None where there is no grammar or the text
    is too large.
    """
    tree = parse(text, language)
    if tree is None:
        return None
    if not tree.root_node.has_error:
        return 0
    return sum(1 for node in walk(tree.root_node) if node.is_error or node.is_missing)


def walk(root: Node) -> Iterator[Node]:
    """Every node below and including `root`, in source order."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None:
            yield node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


@lru_cache(maxsize=32)
def _parser(language: str | None) -> Parser | None:
    found = grammar(language)
    if found is None:
        return None
    try:
        core = import_module("tree_sitter")
        wheel = import_module(found[0])
    except ImportError:
        return None
    parser: Parser = core.Parser(core.Language(getattr(wheel, found[1])()))
    return parser
