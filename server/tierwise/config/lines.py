"""Find the line of a key in a TOML file, for messages: the TOML parser does not report it."""

from __future__ import annotations

import re
from typing import Final

Where = tuple[int | str, ...]
"""The path to a value: names of keys, and indices (from 0) of entries in lists."""

_HEAD: Final = re.compile(r"\s*(\[\[|\[)([^\]]+)\]")
_KEY: Final = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)
_PART: Final = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")


def line_of(text: str, where: Where) -> int | None:
    """The line, from 1, of the value at `where`, or of the table or list that it is part of.

    It is None where nothing of the path is found. A value inside an inline table or a list has the
    line on which the table or list begins.
    """
    best: tuple[int, int] | None = None
    for line, place in _places(text):
        shared = _shared(place, where)
        on_the_way = shared in (len(place), len(where))
        if shared and on_the_way and (best is None or shared > best[0]):
            best = (shared, line)
    return best[1] if best is not None else None


def _places(text: str) -> list[tuple[int, Where]]:
    """Every header and key of a file, with its line and its path."""
    found: list[tuple[int, Where]] = []
    counts: dict[Where, int] = {}
    table: Where = ()
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        if head is not None:
            table = _table(_parts(head.group(2)), head.group(1) == "[[", counts)
            found.append((number, table))
            continue
        key = _KEY.match(line)
        if key is not None:
            found.append((number, table + _parts(key.group(1))))
    return found


def _table(names: tuple[str, ...], many: bool, counts: dict[Where, int]) -> Where:
    """The path to a table. Within a list of tables it leads to the newest entry."""
    way: Where = ()
    for depth, name in enumerate(names):
        way = (*way, name)
        if many and depth == len(names) - 1:
            counts[way] = counts.get(way, -1) + 1
        if way in counts:
            way = (*way, counts[way])
    return way


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def _shared(place: Where, where: Where) -> int:
    """How many keys at their beginning two paths into a TOML file have in common."""
    count = 0
    for one, other in zip(place, where, strict=False):
        if one != other:
            break
        count += 1
    return count
