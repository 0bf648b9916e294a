"""Where code mentions a name, and what the name means there: the thing itself, or another one that
happens to have this name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.syntax.parse import LARGEST, parse, walk
from tierwise.syntax.symbols import name_of

if TYPE_CHECKING:
    from tree_sitter import Node

Meaning = Literal["plain", "member", "own", "key", "import", "defines", "method"]
"""`plain` is the name alone. `member` belongs to something else (`json.load`), `own` to the object
the code is part of (`self.load`). `key` names an argument or a field. `defines` is the definition
of a name outside of any type, `method` one inside a type."""

_OBJECTS: Final = ("object", "value", "operand", "argument", "table", "receiver", "path", "scope")
_MEMBERS: Final = ("attribute", "property", "field", "name", "method")
_MEMBER_NODES: Final = frozenset(
    ("attribute", "member_expression", "field_expression", "selector_expression", "field_access",
     "method_invocation", "scoped_identifier", "scoped_type_identifier", "dot_index_expression",
     "method_index_expression", "call", "scope_resolution", "qualified_identifier",
     "method_reference", "nested_identifier", "qualified_type")
)  # fmt: skip
_KEYED: Final = frozenset(
    ("keyword_argument", "pair", "keyed_element", "field_initializer", "property_signature",
     "field_declaration", "public_field_definition", "field_definition", "labeled_statement",
     "hash_key_symbol", "literal_element", "field")
)  # fmt: skip
_IMPORTS: Final = frozenset(
    ("import_statement", "import_from_statement", "import_declaration", "use_declaration",
     "import_specifier", "import_spec", "preproc_include", "package_clause")
)  # fmt: skip
_FUNCTIONS: Final = frozenset(
    ("function_definition", "function_declaration", "method_definition", "method_declaration",
     "function_item", "constructor_declaration", "arrow_function", "function_expression", "lambda",
     "func_literal", "closure_expression", "lambda_expression", "generator_function_declaration",
     "method", "singleton_method", "do_block", "block_argument", "function")
)  # fmt: skip
_TYPES: Final = frozenset(
    ("class_definition", "class_declaration", "class", "impl_item", "trait_item", "struct_item",
     "interface_declaration", "enum_declaration", "class_specifier", "struct_specifier", "module",
     "record_declaration", "abstract_class_declaration")
)  # fmt: skip
_BINDING: Final = frozenset(
    ("assignment", "variable_declarator", "short_var_declaration", "var_spec", "const_spec",
     "let_declaration", "init_declarator", "for_statement", "for_in_statement", "for_in_clause",
     "for_expression", "for_generic_clause", "for_numeric_clause", "as_pattern",
     "named_expression", "range_clause", "enhanced_for_statement", "variable_declaration",
     "catch_clause", "assignment_statement", "const_item", "static_item", "augmented_assignment")
)  # fmt: skip
_BOUND: Final = ("left", "name", "pattern", "declarator", "parameter", "alias")
_SELF: Final = frozenset(("self", "this", "cls", "Self", "super", "@"))


@dataclass(frozen=True, slots=True)
class Mention:
    """One place that mentions a name: its line (from 0), what it means there, and its owner.

    `owner` is the object of a member, or the whole text of an import. `local` is true where a
    function around it has a variable or parameter of this name. `binds` is true where the
    name is given a value. `type` is the name of the type whose body it is in.
    """

    line: int
    meaning: Meaning
    owner: str = ""
    local: bool = False
    binds: bool = False
    type: str = ""


@lru_cache(maxsize=16)
def mentions(name: str, text: str, language: str | None) -> tuple[Mention, ...] | None:
    """Every place where code mentions a name; None where there is no grammar for the language or
    the text is too large.

    Names in comments and strings do not count.
    """
    if len(text) > LARGEST or (tree := parse(text, language)) is None:
        return None
    found = []
    locals_: dict[int, bool] = {}
    wanted = name.encode()
    for node in walk(tree.root_node):
        if node.child_count or node.text != wanted or not node.is_named:
            continue
        if "comment" in node.type or "string" in node.type:
            continue
        meaning, owner = _meaning(node)
        local = meaning == "plain" and any(
            locals_.setdefault(f.id, _binds_within(f, wanted)) for f in _functions(node)
        )
        found.append(
            Mention(
                node.start_point[0], meaning, owner, local,
                meaning in ("defines", "method") or _is_bound(node), _type_of(node),
            )
        )  # fmt: skip
    return tuple(found)


def _meaning(node: Node) -> tuple[Meaning, str]:
    parent = node.parent
    if parent is None:
        return "plain", ""
    if _is_field(parent, node, ("name", "declarator")) and _defines(parent):
        return ("method" if _type_of(parent, outer=True) else "defines"), ""
    imports = [above for above in _up(node) if above.type in _IMPORTS]
    if imports:
        return "import", (imports[-1].text or b"").decode("utf-8", "replace")
    if parent.type in _MEMBER_NODES and _is_field(parent, node, _MEMBERS):
        holder = next((h for f in _OBJECTS if (h := parent.child_by_field_name(f))), None)
        if holder is not None and holder.id != node.id:
            owner = (holder.text or b"").decode("utf-8", "replace")
            return ("own" if owner in _SELF else "member"), owner
    if parent.type in _KEYED and _is_field(parent, node, ("name", "key", "field")):
        return "key", ""
    if node.type in ("property_identifier", "field_identifier", "label_name"):
        return "key", ""
    return "plain", ""


def _defines(parent: Node) -> bool:
    """Whether a node with a name is a definition of a function or a type."""
    if parent.type in ("function_declarator", "pointer_declarator"):
        above = parent.parent
        while above is not None and above.type.endswith("declarator"):
            above = above.parent
        return above is not None and above.type in _FUNCTIONS
    return parent.type in _FUNCTIONS or parent.type in _TYPES or parent.type.endswith(
        ("_item", "type_spec", "enum_specifier", "union_specifier")
    )  # fmt: skip


def _is_field(parent: Node, node: Node, fields: tuple[str, ...]) -> bool:
    return any(
        child.id == node.id for name in fields for child in parent.children_by_field_name(name)
    )


def _functions(node: Node) -> Iterator[Node]:
    """The functions around a node, inner ones first.

    A function whose name the node is does not count.
    """
    inner = node
    for above in _up(node):
        if above.type in _FUNCTIONS and not _is_field(above, inner, ("name",)):
            yield above
        inner = above


def _binds_within(function: Node, name: bytes) -> bool:
    """Whether a function has a parameter or a variable of a name."""
    for node in walk(function):
        if node.child_count or node.text != name:
            continue
        if next(_functions(node), None) != function:
            continue
        if _is_bound(node) or _is_parameter(node, function):
            return True
        if any(above.type in ("global_statement", "nonlocal_statement") for above in _up(node)):
            return False
    return False


def _is_parameter(node: Node, function: Node) -> bool:
    inner = node
    for above in _up(node):
        if "parameter" in above.type or above.type in ("lambda_parameters", "identifier_list"):
            typed = above.child_by_field_name("type")
            value = above.child_by_field_name("value") or above.child_by_field_name("default")
            return not any(
                part is not None and part.start_byte <= node.start_byte < part.end_byte
                for part in (typed, value)
            )
        if above.id == function.id:
            return _is_field(above, inner, ("parameter", "parameters"))
        if above.type in ("block", "statement_block", "body_statement", "compound_statement"):
            return False
        inner = above
    return False


def _is_bound(node: Node) -> bool:
    """Whether a node is what an assignment or a declaration gives a value to."""
    inner = node
    for above in _up(node):
        if above.type in _BINDING:
            return any(
                child.id == inner.id
                for field in _BOUND
                for child in above.children_by_field_name(field)
            ) or (above.type == "assignment_statement" and above.children[0].id == inner.id)
        if not (
            above.type.endswith(("_list", "_pattern", "pattern", "declarator", "expression_list"))
        ):
            return False
        inner = above
    return False


def _type_of(node: Node, *, outer: bool = False) -> str:
    """The name of the innermost type whose body a node is in, "" outside of any.

    With `outer`, a node inside a function counts as outside of any type. For a method of Go it is
    the text of the receiver.
    """
    for above in _up(node):
        if above.type in _TYPES and above.parent is not None:
            return name_of(above) or ""
        if outer and above.type in _FUNCTIONS:
            return ""
    if node.type == "method_declaration" and node.child_by_field_name("receiver") is not None:
        receiver = node.child_by_field_name("receiver")
        return (receiver.text or b"").decode("utf-8", "replace") if receiver is not None else ""
    return ""


def _up(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent
