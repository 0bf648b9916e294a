"""Definitions in a text: their names, kinds and ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.syntax import belongs
from tierwise.syntax.parse import LARGEST, parse
from tierwise.syntax.per_document import per_document
from tierwise.syntax.query import depths, nodes

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
NAMES: Final = 32
"""Names per document whose counts are kept."""
PROSE: Final = frozenset(
    (
        "markdown", "plaintext", "text", "yaml", "json", "jsonc", "toml", "ini", "properties",
        "css", "scss", "sass", "less", "html", "xml", "make", "makefile", "dockerfile",
        "git-commit", "gitcommit", "diff", "restructuredtext", "rst", "latex", "tex", "csv", "log",
        "org",
    )
)  # fmt: skip
"""Languages that define nothing by a keyword, where "class" is a word like any other."""
_INDENT_DEF: Final = re.compile(
    r"^([ \t]*)(?:\w+\s+)*?(?:def|defp|function|fn|func|fun|class|struct|interface|trait|sub"
    r"|proc|protocol|extension|object|enum|record|defmodule)\s+(\w+)"
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition.

    `range` covers all of it in code points, with the comments, attributes and decorators above
    it; `at` is where the definition itself begins.
    """

    name: str
    kind: str
    range: Range
    depth: int
    at: Position


@lru_cache(maxsize=8)
def definitions(text: str, language: str | None) -> tuple[Symbol, ...]:
    """All definitions of a text in its order, an outer one before those inside it. Empty where the
    text is too large to look through.
    """
    if len(text) > LARGEST:
        return ()
    tree = parse(text, language)
    if tree is None:
        return tuple(_by_indentation(text)) if language not in PROSE else ()
    (found,) = nodes(tree, language, DEFINITIONS)
    lines = text.encode("utf-8", "replace").split(b"\n")
    return tuple(
        symbol(name, node, depth, lines)
        for node, depth in zip(found, depths(found), strict=True)
        if (name := name_of(node))
    )


@per_document
def symbols_of(doc: Snapshot) -> tuple[Symbol, ...]:
    """All definitions of a document, like `definitions`."""
    return definitions(doc.text, doc.language)


def words(text: str) -> frozenset[str]:
    """Identifiers in a text, three characters or longer."""
    return frozenset(re.findall(r"\b[A-Za-z_]\w{2,}\b", text))


def occurrences_in(doc: Snapshot, name: str) -> int:
    """How often an identifier is in a document as a whole word.

    The counts of recent names are kept.
    """
    known = _counted(doc)
    if name not in known:
        if len(known) >= NAMES:
            known.clear()
        known[name] = occurrences(name, doc.text)
    return known[name]


@per_document
def _counted(doc: Snapshot) -> dict[str, int]:
    """The kept counts of a document, by name; empty when the document is first asked about."""
    return {}


def occurrences(name: str, text: str) -> int:
    """How often an identifier is in a text as a whole word.

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


def name_of(node: Node) -> str | None:
    """The name a definition gives, None where it gives none."""
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


def symbol(name: str, node: Node, depth: int, lines: Sequence[bytes]) -> Symbol:
    """The symbol of a node; `lines` are those of the text without their line feeds."""
    whole = belongs.outermost(node)
    span = Range(_position(lines, belongs.start(whole, lines)), _position(lines, whole.end_point))
    return Symbol(name, node.type, span, depth, _position(lines, node.start_point))


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
        first = belongs.start_line(lines, number)
        span = Range(Position(first, width), Position(end, len(lines[end])))
        at = Position(number, width)
        found.append(Symbol(match.group(2), "definition", span, width, at))
    return found
