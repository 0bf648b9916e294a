"""Placing a search block in a text: exactly, else by unique match up to indentation and spaces."""

from __future__ import annotations

from collections.abc import Callable

from tierwise.edits.answer import Replace
from tierwise.syntax.positions import split_lines


class NotFound(Exception):
    """The old lines of a block are not in the file, or in more than one place."""


def apply_block(text: str, block: Replace) -> str:
    """The text with one block applied; line ends of the text are kept. Raises `NotFound`."""
    eol = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    old, new = _with_eol(block.old, eol), _with_eol(block.new, eol)
    if not old:
        raise NotFound
    if text.count(old) == 1:
        return text.replace(old, new)
    bare_old, bare_new = old.removesuffix(eol), new.removesuffix(eol)
    if text.count(old) == 0 and text.count(bare_old) == 1 and text.endswith(bare_old):
        return text.replace(bare_old, bare_new)
    if text.count(old) > 1:
        raise NotFound
    lines, wanted = split_lines(text), split_lines(old)
    if wanted and not wanted[-1]:
        wanted.pop()
    for same in (_same_tail, _same_inside):
        at = _unique(lines, wanted, same)
        if at is not None:
            shifted = _reindented(new, wanted, lines[at : at + len(wanted)], eol)
            return "".join([*lines[:at], shifted, *lines[at + len(wanted) :]])
    raise NotFound


def _unique(lines: list[str], wanted: list[str], same: Callable[[str, str], bool]) -> int | None:
    if not wanted:
        return None
    found = [
        i
        for i in range(len(lines) - len(wanted) + 1)
        if all(same(a, b) for a, b in zip(lines[i:], wanted, strict=False))
    ]
    return found[0] if len(found) == 1 else None


def _same_tail(a: str, b: str) -> bool:
    return a.rstrip() == b.rstrip()


def _same_inside(a: str, b: str) -> bool:
    return " ".join(a.split()) == " ".join(b.split())


def _reindented(new: str, wanted: list[str], found: list[str], eol: str) -> str:
    """`new` moved to the indentation the found lines have, where the block had another."""
    want, have = _indent(wanted), _indent(found)
    lines = split_lines(new)
    if want != have:
        lines = [
            have + line[len(want) :] if line.startswith(want) and line.strip() else line
            for line in lines
        ]
    joined = "".join(lines)
    if found and found[-1].endswith(("\n", "\r")) and joined and not joined.endswith(eol):
        joined += eol
    return joined


def _indent(lines: list[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return first[: len(first) - len(first.lstrip())]


def _with_eol(text: str, eol: str) -> str:
    return text if eol == "\n" else text.replace("\n", eol)
