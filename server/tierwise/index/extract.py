"""Turns the text of a file into what is kept of it: names, words, definitions, imports.

Everything here is pure. With a grammar the parser separates comments and strings from code. Without
one, regular expressions do it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from tierwise.context import secrets
from tierwise.core.dataclass import dataclass
from tierwise.index import imports as importing
from tierwise.index import outlines, words
from tierwise.index.defined import Defined
from tierwise.syntax.parse import parse_bytes
from tierwise.syntax.query import nodes
from tierwise.syntax.symbols import PROSE

MOST_NAMES: Final = 5_000
"""The most names that are kept of one file, the most frequent ones. A file with more is data."""

_COMMENTS: Final = frozenset(("comment", "line_comment", "block_comment", "doc_comment",
                              "html_comment", "hash_bang_line"))  # fmt: skip
_STRINGS: Final = frozenset(
    ("string_content", "string_fragment", "interpreted_string_literal_content",
     "raw_string_literal_content", "raw_string_literal", "char_literal", "character_literal",
     "rune_literal", "heredoc_content", "heredoc_body", "regex_pattern", "jsx_text", "raw_string",
     "multiline_string_fragment", "escape_sequence", "string_literal_content",
     "interpreted_string_literal")
)  # fmt: skip
"""Syntax tree nodes that are text and not code. Interpolated code has nodes of its own."""
_REMARK: Final = re.compile(
    r"/\*.*?\*/|<!--.*?-->|(?:^|(?<=\s))//[^\n]*|^\s*(?:#(?!\w)|--|;|%)[^\n]*|(?<=\s)#\s[^\n]*",
    re.DOTALL | re.MULTILINE,
)
"""Comments of the languages that have no grammar here."""
_QUOTED: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_DATA: Final = frozenset(
    ("json", "jsonc", "toml", "yaml", "ini", "properties", "xml", "csv", "log", "css", "scss",
     "sass", "less")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extract:
    """What the index keeps of a file's text, instead of the text itself.

    `uses` counts the names in code, `mentioned` those that are only in strings or data. `bound` are
    the names in its import statements. `words` counts the stems of all words, those of comments
    included.
    """

    uses: Mapping[str, int]
    mentioned: Mapping[str, int]
    bound: frozenset[str]
    words: Mapping[str, int]
    definitions: tuple[Defined, ...] = ()
    imports: tuple[str, ...] = field(default=())
    lines: int = 0


def extract(text: str, language: str | None, *, lexical: bool = False) -> Extract:
    """What is kept of a text. `lexical` uses regular expressions instead of the parser."""
    text = _without_secrets(text)
    data = text.encode("utf-8", "replace")
    tree = None if lexical else parse_bytes(data, language)
    defined: tuple[Defined, ...] = ()
    if tree is None:
        code, quoted, remarks = _by_pattern(text, language)
        statements = importing.lines(text) if language not in PROSE else ()
        if language not in PROSE:
            defined = outlines.by_pattern(text)
    else:
        comments, strings, found, stated = nodes(
            tree, language, _COMMENTS, _STRINGS, outlines.KINDS, importing.KINDS
        )
        code, pieces = _blanked(data, [(n.start_byte, n.end_byte) for n in comments],
                                [(n.start_byte, n.end_byte) for n in strings])  # fmt: skip
        quoted, remarks = pieces
        statements = (
            *((n.text or b"").decode("utf-8", "replace") for n in stated),
            *importing.calls(text, language),
        )
        defined = outlines.of_nodes(found)
    uses, mentioned = _names(code), _names(quoted)
    if language in PROSE:
        # A word of a manual is not the use of a name. In data it may be one.
        mentioned = mentioned + uses if language in _DATA else Counter()
        remarks, uses = f"{remarks}\n{code}", Counter()
    counted: Counter[str] = Counter()
    for names in (uses, mentioned, _names(remarks)):
        for name, times in names.items():
            for word in words.stems(name):
                counted[word] += times
    bound = frozenset(name for said in statements for name in words.NAME.findall(said))
    return Extract(
        uses=_most(uses),
        mentioned=_most(Counter({n: c for n, c in mentioned.items() if n not in uses})),
        bound=bound,
        words=_most(counted),
        definitions=defined,
        imports=importing.targets(statements),
        lines=text.count("\n") + 1,
    )


def _without_secrets(text: str) -> str:
    """The text, with blanks in place of everything that looks like a secret."""
    parts, last = [], 0
    for start, end in secrets.find(text):
        parts += [text[last:start], " " * (end - start)]
        last = end
    return "".join((*parts, text[last:])) if parts else text


def _blanked(
    data: bytes, comments: list[tuple[int, int]], strings: list[tuple[int, int]]
) -> tuple[str, tuple[str, str]]:
    """The code with blanks for comments and strings, the text of the strings, and of
    the comments.
    """
    code = bytearray(data)
    for start, end in (*comments, *strings):
        code[start:end] = b" " * (end - start)
    quoted, remarks = (
        b"\n".join(data[start:end] for start, end in spans).decode("utf-8", "replace")
        for spans in (strings, comments)
    )
    return code.decode("utf-8", "replace"), (quoted, remarks)


def _by_pattern(text: str, language: str | None) -> tuple[str, str, str]:
    """Code, strings and comments of a text without a grammar, split by rules that fit most
    languages.
    """
    if language in PROSE and language not in _DATA:
        return text, "", ""
    remarks = "\n".join(_REMARK.findall(text))
    code = _REMARK.sub(" ", text)
    quoted = "\n".join(_QUOTED.findall(code))
    return (code if language in _DATA else _QUOTED.sub(" ", code)), quoted, remarks


def _names(text: str) -> Counter[str]:
    counted = Counter(words.NAME.findall(text))
    dropped = [
        name for name in counted
        if len(name) >= 20 and (len(name) > words.LONGEST_NAME or words.looks_secret(name))
    ]  # fmt: skip
    for name in dropped:
        del counted[name]
    return counted


def _most(counted: Counter[str]) -> Mapping[str, int]:
    return dict(counted.most_common(MOST_NAMES)) if len(counted) > MOST_NAMES else dict(counted)
