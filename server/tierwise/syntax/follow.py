"""The tree of the text that is worked on, updated with its edits instead of being built again.

A parse of 10,000 lines takes some 30 ms, and the editor asks for code actions after each
keystroke. For broken code an updated tree may differ from a new one, and no decision may depend
on what was typed before, so broken code is parsed whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tierwise.syntax import common
from tierwise.syntax.parse import LARGEST, parse_bytes

if TYPE_CHECKING:
    from tree_sitter import Tree

SMALL: Final = 8_000
"""Bytes up to which a text is parsed whole: a few milliseconds at most."""

_latest: dict[str | None, tuple[bytes, Tree]] = {}
"""The text of more than `SMALL` bytes that was parsed last, and its tree, under its language: one
entry at most. A tree takes forty times the memory of its text, 80 MB at most. A parse after each
keystroke would take as much again and up to 150 ms."""


def follow(text: str, language: str | None) -> tuple[bytes, Tree] | None:
    """A text's bytes and its syntax tree; None where there is no grammar or the text is too large.

    The tree of the latest text is updated if that is possible, not built again.
    """
    if len(text) > LARGEST:
        return None
    data = text.encode("utf-8", "replace")
    kept = _latest.get(language)
    if kept is not None and kept[0] == data:
        return kept
    sound = kept is not None and not kept[1].root_node.has_error
    edited = _edited(*kept, data) if kept is not None and sound else None
    tree = parse_bytes(data, language, edited)
    if tree is not None and edited is not None and tree.root_node.has_error:
        tree = parse_bytes(data, language)
    if tree is None:
        return None
    if len(data) > SMALL:
        _latest.clear()
        _latest[language] = (data, tree)
    return data, tree


def changed(
    before: bytes, tree: Tree, after: bytes, language: str | None
) -> list[tuple[int, int]] | None:
    """The stretches of bytes [start, end) of a new text in which its tree differs from `tree`, that
    of the old one.

    None where the new text has a syntax error, or less than half of the old one is left.
    """
    told = _edited(before, tree, after)
    made = parse_bytes(after, language, told) if told is not None else None
    if told is None or made is None or made.root_node.has_error:
        return None
    return [(part.start_byte, part.end_byte) for part in told.changed_ranges(made)]


def _edited(before: bytes, tree: Tree, after: bytes) -> Tree | None:
    """A copy of the earlier tree, marked where the text differs; None where less than half of the
    earlier text is left.
    """
    same = common.prefix(before, after)
    while _inside_character(before, same) or _inside_character(after, same):
        same -= 1
    tail = common.suffix(before, after, same)
    while _inside_character(before, len(before) - tail):
        tail -= 1
    if same + tail < len(before) // 2:
        return None
    ends = len(before) - tail, len(after) - tail
    told = tree.copy()
    told.edit(
        same,
        *ends,
        _point(before, same),
        _point(before, ends[0]),
        _point(after, ends[1]),
    )
    return told


def _inside_character(data: bytes, at: int) -> bool:
    return at < len(data) and data[at] & 0xC0 == 0x80


def _point(data: bytes, at: int) -> tuple[int, int]:
    """The row of a byte, and the bytes before it in that row."""
    return data.count(b"\n", 0, at), at - (data.rfind(b"\n", 0, at) + 1)
