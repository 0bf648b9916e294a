"""Definitions in a text: their names, kinds and ranges."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tierwise.core.document import Position, Range
from tierwise.syntax.parse import LARGEST, parse, walk

if TYPE_CHECKING:
    from tree_sitter import Node

DEFINITIONS: Final = frozenset(
    (
        "function_definition", "class_definition", "function_declaration", "class_declaration",
        "method_definition", "method_declaration", "generator_function_declaration",
        "interface_declaration", "enum_declaration", "type_alias_declaration",
        "abstract_class_declaration", "constructor_declaration", "function_item", "struct_item",
        "enum_item", "trait_item", "impl_item", "type_declaration", "struct_specifier",
        "class_specifier", "enum_specifier", "method", "class", "module", "singleton_method",
        "record_declaration",
    )
)  # fmt: skip
"""Node types that define something, over all grammars in use."""

_INDENT_DEF: Final = re.compile(
    r"^([ \t]*)(?:\w+\s+)*?(?:def|function|fn|func|class|struct|interface|trait|sub)\s+(\w+)"
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition. `range` covers all of it, decorators included, in code points."""

    name: str
    kind: str
    range: Range
    depth: int


@lru_cache(maxsize=16)
def enclosing(text: str, language: str | None, at: Position) -> Symbol | None:
    """The innermost definition around a position, None outside of any.

    Looks back from the position to the last definition that stands in no other; what came
    before that one has ended.
    """
    ordered, starts = _by_start(text, language)
    found: Symbol | None = None
    for symbol in reversed(ordered[: bisect_right(starts, (at.line, at.character))]):
        if at <= symbol.range.end and (found is None or symbol.depth > found.depth):
            found = symbol
        if symbol.depth == 0:
            break
    return found


@lru_cache(maxsize=8)
def _by_start(
    text: str, language: str | None
) -> tuple[Sequence[Symbol], Sequence[tuple[int, int]]]:
    """All definitions in the order they start, and where they start."""
    ordered = sorted(definitions(text, language), key=lambda s: (s.range.start, s.depth))
    return ordered, [(s.range.start.line, s.range.start.character) for s in ordered]


@lru_cache(maxsize=8)
def definitions(text: str, language: str | None) -> tuple[Symbol, ...]:
    """All definitions of a text, outer ones first; none where it is too large to look through."""
    if len(text) > LARGEST:
        return ()
    tree = parse(text, language)
    if tree is None:
        return tuple(_by_indentation(text))
    lines = text.encode("utf-8", "replace").split(b"\n")
    found: list[Symbol] = []
    depth: dict[int, int] = {}
    for node in walk(tree.root_node):
        above = depth.get(node.parent.id, 0) if node.parent is not None else 0
        defines = node.parent is not None and node.is_named and node.type in DEFINITIONS
        depth[node.id] = above + defines
        if defines and (name := _name(node)):
            outer = _decorated(node)
            span = Range(_position(lines, outer.start_point), _position(lines, outer.end_point))
            found.append(Symbol(name, node.type, span, above))
    return tuple(found)


def words(text: str) -> frozenset[str]:
    """Identifiers in a text, three characters or longer."""
    return frozenset(re.findall(r"\b[A-Za-z_]\w{2,}\b", text))


@lru_cache(maxsize=32)
def occurrences(name: str, text: str) -> int:
    """How often an identifier stands in a text as a whole word.

    Text search finds the few places quicker than a pattern that has to look at every word.
    """
    count, at, size = 0, text.find(name), len(name)
    while at >= 0:
        after = at + size
        inside = at > 0 and _in_word(text[at - 1]) and _in_word(name[0])
        goes_on = after < len(text) and _in_word(text[after]) and _in_word(name[-1])
        count += not inside and not goes_on
        at = text.find(name, after)
    return count


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _name(node: Node) -> str | None:
    named = node.child_by_field_name("name")
    if named is None:
        declarator = node.child_by_field_name("declarator")
        while declarator is not None:
            named, declarator = declarator, declarator.child_by_field_name("declarator")
    if named is None:
        named = node.child_by_field_name("type")
    if named is None:
        named = next((c for c in node.named_children if "identifier" in c.type), None)
    if named is None and node.named_children:
        named = node.named_children[0].child_by_field_name("name")
    if named is None or named.text is None:
        return None
    return named.text.decode("utf-8", "replace")


def _decorated(node: Node) -> Node:
    parent = node.parent
    if parent is not None and parent.type in ("decorated_definition", "export_statement"):
        return parent
    return node


def _position(lines: Sequence[bytes], point: tuple[int, int]) -> Position:
    row, column = point
    if row >= len(lines):
        return Position(row, 0)
    return Position(row, len(lines[row][:column].decode("utf-8", "replace")))


def _by_indentation(text: str) -> list[Symbol]:
    lines = text.split("\n")
    found = []
    for number, line in enumerate(lines):
        match = _INDENT_DEF.match(line)
        if match is None:
            continue
        width = len(match.group(1))
        end = number
        for later in range(number + 1, len(lines)):
            stripped = lines[later].strip()
            if not stripped:
                continue
            lead = len(lines[later]) - len(lines[later].lstrip())
            if lead < width or (lead == width and stripped[0] not in "})]"):
                break
            end = later
        span = Range(Position(number, width), Position(end, len(lines[end])))
        found.append(Symbol(match.group(2), "definition", span, width))
    return found
