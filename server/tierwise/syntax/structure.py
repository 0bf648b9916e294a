"""Structure of a selection as counts: nesting, branches, definitions, calls."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tierwise.core.structure import Structure
from tierwise.syntax.constructs import constructs
from tierwise.syntax.parse import parse
from tierwise.syntax.query import depths, nodes
from tierwise.syntax.symbols import DEFINITIONS

if TYPE_CHECKING:
    from tree_sitter import Tree

LARGEST: Final = 16_000
"""Characters of a selection that are measured. Of a longer one only the head is counted."""
KEPT: Final = 512
"""Structures cached."""

_BRANCHES: Final = frozenset(
    (
        "if_statement", "elif_clause", "for_statement", "while_statement", "case_clause",
        "except_clause", "conditional_expression", "if_expression", "match_arm", "switch_case",
        "for_in_statement", "catch_clause", "ternary_expression", "for_expression",
        "while_expression", "if", "unless", "when", "rescue", "expression_case",
        "communication_case", "do_statement", "enhanced_for_statement", "elseif_statement",
    )
)  # fmt: skip
_BLOCKS: Final = frozenset(
    (
        "block", "statement_block", "compound_statement", "class_body", "body_statement",
        "declaration_list", "do_block", "field_declaration_list", "switch_body",
    )
)  # fmt: skip
_CALLS: Final = frozenset(
    ("call", "call_expression", "method_invocation", "function_call", "macro_invocation",
     "command", "new_expression", "object_creation_expression")
)  # fmt: skip
_BRANCH_WORD: Final = re.compile(r"\b(?:if|elif|else if|for|while|case|catch|except|when)\b")
_DEF_WORD: Final = re.compile(r"\b(?:def|function|fn|func|class|struct|interface|trait)\b")
_CALL_WORD: Final = re.compile(r"\b\w+\(")

_COMMENT_LINE: Final = re.compile(r"^\s*(?:#|//|--|;|%|\*|/\*|<!--).*$", re.MULTILINE)
_MARK: Final = re.compile(r"[^\w\s]")

_cache: OrderedDict[Hashable, Structure] = OrderedDict()


def measure(text: str, language: str | None, key: Hashable | None = None) -> Structure:
    """The structure of a text; cached under `key`, which must change when the text does."""
    if key is not None and key in _cache:
        _cache.move_to_end(key)
        return _cache[key]
    head = text[:LARGEST]
    tree = parse(head, language)
    found = _of_tree(tree, language, text) if tree is not None else _of_lines(head, text)
    found = replace(found, density=_density(head), constructs=constructs(head))
    if key is not None:
        _cache[key] = found
        if len(_cache) > KEPT:
            _cache.popitem(last=False)
    return found


def _density(head: str) -> float:
    """The share of signs among the characters of code, comment lines left out.

    Code with many signs (patterns, shell, formulas) is slow to read.
    """
    code = "".join(_COMMENT_LINE.sub("", head).split())
    return round(len(_MARK.findall(code)) / len(code), 6) if code else 0.0


def _of_tree(tree: Tree, language: str | None, text: str) -> Structure:
    blocks, branches, defined, calls = nodes(
        tree, language, _BLOCKS, _BRANCHES, DEFINITIONS, _CALLS
    )
    top = [n for n in tree.root_node.named_children if n.type != "comment"]
    whole = len(top) == 1 and (
        top[0].type in DEFINITIONS or top[0].type in ("decorated_definition", "export_statement")
    )
    return Structure(
        lines=text.count("\n") + 1,
        depth=max(depths(blocks), default=-1) + 1,
        branches=len(branches),
        definitions=len(defined),
        calls=len(calls),
        whole_symbol=whole,
    )


def _of_lines(head: str, text: str) -> Structure:
    indents = [len(line) - len(line.lstrip()) for line in head.split("\n") if line.strip()]
    steps = sorted(set(indents))
    bracket = deepest = 0
    for char in head:
        if char in "({[":
            bracket += 1
            deepest = max(deepest, bracket)
        elif char in ")}]":
            bracket = max(0, bracket - 1)
    return Structure(
        lines=text.count("\n") + 1,
        depth=max(len(steps) - 1, min(deepest, 8), 0),
        branches=len(_BRANCH_WORD.findall(head)),
        definitions=len(_DEF_WORD.findall(head)),
        calls=len(_CALL_WORD.findall(head)),
    )
