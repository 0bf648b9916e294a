"""Find lines that begin inside a string of several lines: to indent them would change
the string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tierwise.syntax.parse import LARGEST, parse, walk

if TYPE_CHECKING:
    from tree_sitter import Node

TEXTS: Final = frozenset(
    ("string", "string_literal", "template_string", "interpreted_string_literal", "string_content",
     "raw_string_literal", "heredoc_body", "text_block", "raw_string", "string_fragment",
     "concatenated_string", "ansi_c_string", "line_string_literal", "multi_line_string_literal")
)  # fmt: skip
"""Node types of texts in code, over all grammars in use."""
_DEEP: Final = frozenset(("string_content", "string_fragment"))
_QUOTES: Final = ('"""', "'''", "`")
_TICKS: Final = frozenset(
    ("javascript", "javascriptreact", "typescript", "typescriptreact", "go", "vue", "svelte")
)
"""Languages in which a string in backticks may have several lines."""
_TRIPLE: Final = frozenset(
    ("python", "kotlin", "swift", "scala", "groovy", "dart", "elixir", "julia", "java", "csharp",
     "toml", "nim", "crystal", "haxe", "starlark", "coffeescript", "fsharp")
)  # fmt: skip
_HEREDOC: Final = re.compile(
    r"<<(?!<)[-~]?\s?(['\"`]?)([A-Za-z_]\w*)\1|<<<\s*(['\"]?)([A-Za-z_]\w*)\3"
)
_HEREDOCS: Final = frozenset(
    ("shellscript", "sh", "bash", "zsh", "ruby", "php", "perl", "dockerfile", "makefile",
     "terraform", "hcl")
)  # fmt: skip


def literal_lines(text: str, language: str | None) -> frozenset[int]:
    """The numbers (from 0) of the lines that begin inside a literal of several lines.

    A docstring is left out: it is documentation, and moves with the code it is in.
    """
    if "\n" not in text or len(text) > LARGEST:
        return frozenset()
    tree = parse(text, language)
    if tree is None:
        return frozenset(_by_quotes(text, language or ""))
    found: set[int] = set()
    for node in walk(tree.root_node):
        if node.type not in TEXTS or node.start_point[0] == node.end_point[0]:
            continue
        if not _documents(node):
            # A here-document begins with its first line, and its end must stay where it is.
            first = node.start_point[0] + (node.type != "heredoc_body" or node.start_point[1] > 0)
            found.update(range(first, node.end_point[0] + 1))
    return frozenset(found)


def _documents(node: Node) -> bool:
    """Whether a literal is a statement by itself, as docstrings are."""
    if node.type in _DEEP and node.parent is not None:
        node = node.parent
    above = node.parent
    return (
        above is not None and above.type == "expression_statement" and above.named_child_count == 1
    )


def _by_quotes(text: str, language: str) -> Iterator[int]:
    """The lines inside literals, found by the marks that open and close them.

    This serves languages without a grammar.
    """
    marks = tuple(
        mark for mark in _QUOTES
        if (language in _TICKS if mark == "`" else language in _TRIPLE)
    )  # fmt: skip
    opened, ends = "", ""
    for number, line in enumerate(text.split("\n")):
        if opened or ends:
            yield number
        if ends:
            ends = "" if line.strip().rstrip(";,)") == ends else ends
            continue
        at = 0
        while at < len(line):
            if opened:
                close = line.find(opened, at)
                at, opened = (close + len(opened), "") if close >= 0 else (len(line), opened)
                continue
            nearest = min(((p, m) for m in marks if (p := line.find(m, at)) >= 0), default=None)
            if nearest is None:
                break
            at, opened = nearest[0] + len(nearest[1]), nearest[1]
        heredoc = _HEREDOC.search(line) if language in _HEREDOCS and not opened else None
        if heredoc is not None:
            ends = heredoc.group(2) or heredoc.group(4)
