"""Finds the definitions of a file in its syntax tree: functions, types, constants,
fields, methods.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from tierwise.index.defined import Defined
from tierwise.index.facts import Level
from tierwise.syntax.symbols import DEFINITIONS, name_of

if TYPE_CHECKING:
    from tree_sitter import Node

_VALUES: Final = frozenset(
    ("variable_declarator", "assignment", "const_spec", "var_spec", "type_spec", "type_alias",
     "const_item", "static_item", "type_item", "macro_definition", "mod_item", "union_item",
     "preproc_def", "preproc_function_def", "type_definition", "function_signature",
     "internal_module", "variable_assignment", "union_specifier", "namespace_definition",
     "function_signature_item", "assignment_statement")
)  # fmt: skip
_FIELDS: Final = frozenset(
    ("public_field_definition", "field_definition", "property_signature", "method_signature",
     "abstract_method_signature", "field_declaration", "enum_variant", "method_elem",
     "method_spec", "enum_assignment", "enumerator", "enum_constant")
)  # fmt: skip
_ASSIGNED: Final = "assignment_expression"
"""`exports.name = …` defines a name for other files, `thing.name = function …` defines a member."""
KINDS: Final = DEFINITIONS | _VALUES | _FIELDS | {_ASSIGNED}
_TYPES: Final = frozenset(
    ("class_definition", "class_declaration", "class", "impl_item", "trait_item", "struct_item",
     "interface_declaration", "enum_declaration", "class_specifier", "struct_specifier", "module",
     "record_declaration", "abstract_class_declaration", "enum_item", "union_item", "type_spec",
     "enum_specifier", "union_specifier", "type_declaration", "type_alias_declaration")
)  # fmt: skip
_SPACES: Final = frozenset(("module", "mod_item", "internal_module", "namespace_definition"))
"""Nodes that contain definitions and are not types. A function in a Ruby module is a
method of it.
"""
_FUNCTIONS: Final = frozenset(
    ("function_definition", "function_declaration", "method_definition", "method_declaration",
     "function_item", "constructor_declaration", "generator_function_declaration", "method",
     "singleton_method")
)  # fmt: skip
_INNER: Final = frozenset(
    ("arrow_function", "function_expression", "lambda", "func_literal", "closure_expression",
     "lambda_expression", "do_block", "block")
)  # fmt: skip
_TOP: Final = frozenset(
    ("program", "module", "source_file", "translation_unit", "chunk", "export_statement",
     "lexical_declaration", "variable_declaration", "expression_statement", "const_declaration",
     "var_declaration", "var_spec_list", "type_declaration", "declaration_list",
     "ambient_declaration",
     "local_declaration", "body_statement", "statement_block", "type_definition",
     "if_statement", "try_statement", "preproc_if", "preproc_ifdef", "preproc_else",
     "linkage_specification", "internal_module", "namespace_definition", "mod_item",
     "assignment_list", "variable_list")
)  # fmt: skip
_IMPORTED: Final = re.compile(rb"(?:await\s+)?(?:require|import)\s*[('\"]")
"""The start of a value that is imported. Its name is bound here, but another file defines it."""
_EXPORTS: Final = frozenset((b"exports", b"module.exports"))
_PLAIN: Final = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_SIMPLE: Final = {
    "function_definition": "function", "function_declaration": "function",
    "function_item": "function", "generator_function_declaration": "function",
    "function_signature": "function", "function_signature_item": "function",
    "class_definition": "class", "class_declaration": "class", "class": "class",
    "abstract_class_declaration": "class", "class_specifier": "class",
    "interface_declaration": "interface", "trait_item": "trait", "impl_item": "impl",
    "method_definition": "method", "method_declaration": "method", "method": "method",
    "singleton_method": "method", "constructor_declaration": "method",
    "method_signature": "method", "abstract_method_signature": "method", "method_elem": "method",
    "method_spec": "method", "struct_item": "struct", "struct_specifier": "struct",
    "enum_item": "enum", "enum_declaration": "enum", "enum_specifier": "enum",
    "module": "module", "mod_item": "module", "internal_module": "module",
    "namespace_definition": "module", "type_declaration": "type", "type_spec": "type",
    "type_alias": "type", "type_alias_declaration": "type", "type_item": "type",
    "type_definition": "type", "union_item": "union", "union_specifier": "union",
    "macro_definition": "macro", "preproc_def": "macro", "preproc_function_def": "macro",
    "record_declaration": "class", "enum_variant": "field", "enumerator": "field",
    "enum_constant": "field", "enum_assignment": "field",
}  # fmt: skip
_BY_LINE: Final = re.compile(
    r"^([ \t]*)(?:(?:export|default|public|private|protected|internal|static|final|abstract|async"
    r"|open|override|suspend|inline|data|sealed|pub)\s+)*"
    r"(def|defp|function|fn|func|fun|class|struct|interface|trait|sub|proc|protocol|extension"
    r"|object|enum|record|defmodule|module)\s+([^\W\d]\w*)",
    re.MULTILINE,
)
_TYPE_WORDS: Final = frozenset(("class", "struct", "interface", "trait", "protocol", "extension",
                                "object", "enum", "record"))  # fmt: skip


def of_nodes(found: Sequence[Node]) -> tuple[Defined, ...]:
    """The definitions of a syntax tree. `found` are its nodes of `KINDS`, outer ones first."""
    made: dict[tuple[str, int], Defined] = {}
    around: list[Node] = []
    for node in found:
        while around and around[-1].end_byte <= node.start_byte:
            around.pop()
        for name in _names(node):
            level = _level(node, around)
            if level is None or not _PLAIN.fullmatch(name):
                continue
            kind = _kind(node, level)
            start, end = node.start_point[0] + 1, node.end_point[0] + 1
            made.setdefault((name, start), Defined(name, kind, start, end, level))
        holds = node.type not in _VALUES and node.type != _ASSIGNED
        if holds or node.type in _TYPES or node.type in _SPACES:
            around.append(node)
    return tuple(made.values())


def _kind(node: Node, level: Level) -> str:
    """What kind of thing a node defines."""
    right = node.child_by_field_name("right") if node.type == _ASSIGNED else None
    if right is not None:
        kind = "function" if right.type in _INNER else _SIMPLE.get(right.type, "value")
    else:
        kind = _SIMPLE.get(node.type) or ("field" if node.type in _FIELDS else "value")
    return "method" if kind == "function" and level == "member" else kind


def by_pattern(text: str) -> tuple[Defined, ...]:
    """The definitions of a text without a grammar, found by keyword and indentation."""
    made = []
    matches = list(_BY_LINE.finditer(text))
    last = text.count("\n") + 1
    lines = [text.count("\n", 0, m.start()) + 1 for m in matches] if len(matches) < 2_000 else []
    types: list[int] = []
    for at, (match, line) in enumerate(zip(matches, lines, strict=False)):
        width = len(match.group(1))
        types = [w for w in types if w < width]
        level: Level = "member" if types else "top" if width == 0 else "local"
        below = (n for m, n in zip(matches[at + 1 :], lines[at + 1 :], strict=False)
                 if len(m.group(1)) <= width)  # fmt: skip
        end = next(below, last + 1) - 1
        word, name = match.group(2), match.group(3)
        kind = word if word in _TYPE_WORDS else "method" if level == "member" else "function"
        made.append(Defined(name, kind, line, max(line, end), level))
        if word in _TYPE_WORDS:
            types.append(width)
    return tuple(made)


def _names(node: Node) -> Iterable[str]:
    """The names that a node defines. An `impl` defines none: its type is named elsewhere."""
    kind = node.type
    if kind in ("impl_item", "type_declaration") or _is_imported(node):
        return ()
    if kind == _ASSIGNED:
        return _assigned(node)
    if kind in ("assignment", "assignment_statement", "variable_assignment"):
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        if left is None and node.named_children:
            left = node.named_children[0]
        text = (left.text or b"").decode("utf-8", "replace") if left is not None else ""
        return (text,) if _PLAIN.fullmatch(text) else ()
    if kind in ("const_spec", "var_spec"):
        return [
            (n.text or b"").decode("utf-8", "replace") for n in node.children_by_field_name("name")
        ]
    if kind.endswith("_specifier") and node.child_by_field_name("body") is None:
        # `struct point p;` names a type and does not define it.
        return ()
    name = name_of(node)
    return (name,) if name else ()


def _is_imported(node: Node) -> bool:
    """Whether a value is what another file exports: `const View = require('./view')`."""
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    return value is not None and _IMPORTED.match(value.text or b"") is not None


def _assigned(node: Node) -> Iterable[str]:
    """The name that an assignment to a property defines."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or left.type != "member_expression":
        return ()
    name = left.child_by_field_name("property")
    holder = left.child_by_field_name("object")
    if name is None or holder is None:
        return ()
    known = (name.text or b"").decode("utf-8", "replace")
    # `exports.foo = foo` only exports a thing that the file defines elsewhere.
    hands_on = right.type == "identifier" and right.text == name.text
    defines = holder.text in _EXPORTS and not hands_on
    return (known,) if defines or right.type in _INNER or right.type in _TYPES else ()


def _level(node: Node, around: Sequence[Node]) -> Level | None:
    """The level of a definition. None if it is not worth a row, such as a local variable."""
    kind = node.type
    if kind in _FIELDS:
        return "member"
    if kind == _ASSIGNED:
        left = node.child_by_field_name("left")
        holder_of = left.child_by_field_name("object") if left is not None else None
        exported = holder_of is not None and holder_of.text in _EXPORTS
        return "top" if exported and _outside(node, around[-1] if around else None) else "member"
    if kind == "method_declaration" and node.child_by_field_name("receiver") is not None:
        return "member"
    inside_function = any(n.type in _FUNCTIONS for n in around)
    holder = around[-1] if around else None
    if kind in _VALUES and kind not in _TYPES and kind not in _SPACES:
        if inside_function or not _outside(node, holder):
            return None
        if holder is not None and holder.type in _TYPES and holder.type not in _SPACES:
            return "member"
        return "top"
    if holder is not None and holder.type in _TYPES and kind not in _TYPES:
        return "member"
    if inside_function or (kind in _FUNCTIONS and _in_closure(node, holder)):
        return "local"
    return "top"


def _outside(node: Node, holder: Node | None) -> bool:
    """Whether a value is at the top of its file, module or type, and not in a block of code."""
    above = node.parent
    while above is not None and (holder is None or above.id != holder.id):
        if above.type not in _TOP and not above.type.endswith(("_body", "_list", "declaration")):
            if (
                above.type == "block"
                and above.parent is not None
                and (above.parent.type in _TYPES or above.parent.type in _TOP)
            ):
                above = above.parent
                continue
            return False
        above = above.parent
    return True


def _in_closure(node: Node, holder: Node | None) -> bool:
    above = node.parent
    while above is not None and (holder is None or above.id != holder.id):
        if above.type in _INNER and not (above.type == "block" and above.parent is not None
                                         and above.parent.type in _TYPES | _TOP):  # fmt: skip
            return True
        above = above.parent
    return False
