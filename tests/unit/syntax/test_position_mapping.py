"""Positions there and back in three encodings, over 100,000 random places in random texts."""

from __future__ import annotations

import random
import re
from typing import Final

import pytest

from tierwise.core.document import Position
from tierwise.syntax.positions import Encoding, LineIndex, line_starts, split_lines

ENCODINGS: Final[tuple[Encoding, ...]] = ("utf-8", "utf-16", "utf-32")
ROUNDS = 1_000
PLACES = 100
PIECES = (
    "a", "Z", " ", "\t", "é", "ß", "e\u0301", "\u0308", "中", "ا", "𝒳", "😀", "👩\u200d💻", "🇩🇪",
    "\ufeff", "\u2028", "\u2029", "\x85", "\f", "\v", "\x1c", "\u00a0", "\n", "\r\n", "\r", "\n\r",
)  # fmt: skip
"""Every width in every encoding, combining marks, and what ends a line beside what does not."""
WIDTH: dict[Encoding, str] = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
UNIT: dict[Encoding, int] = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def units(text: str, encoding: Encoding) -> int:
    """Length on the wire, by the codec of the standard library."""
    return len(text.encode(WIDTH[encoding])) // UNIT[encoding]


def test_100_000_places_come_back_as_they_were() -> None:
    chance = random.Random(20261126)
    seen = 0
    for _ in range(ROUNDS):
        text = "".join(chance.choices(PIECES, k=chance.randrange(0, 60)))
        index = LineIndex(text)
        lines = re.split(r"\r\n|\n|\r", text)
        assert "".join(split_lines(text)) == text
        assert index.line_count == len(lines)
        for _ in range(PLACES):
            encoding = chance.choice(ENCODINGS)
            offset = chance.randrange(len(text) + 1)
            position = index.position(offset)
            between = text[offset - 1 : offset + 1] == "\r\n"
            assert index.offset(position) == offset - between
            line, character = index.to_wire(position, encoding)
            before = lines[line][: position.character]
            assert character == units(before, encoding)
            assert index.from_wire(line, character, encoding) == index.position(offset - between)
            seen += 1
    assert seen == 100_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_every_unit_of_a_line_is_some_place_and_none_is_past_it(encoding: Encoding) -> None:
    chance = random.Random(7)
    for _ in range(200):
        line = "".join(p for p in chance.choices(PIECES, k=12) if not re.search(r"[\r\n]", p))
        index = LineIndex(f"{line}\nnext")
        places = [
            index.from_wire(0, n, encoding).character for n in range(units(line, encoding) + 3)
        ]
        assert places == sorted(places)
        assert set(places) == set(range(len(line) + 1))
        assert index.from_wire(5, 0, encoding) == Position(1, 4), "past the end is the end"


def test_line_starts_are_what_the_protocol_says() -> None:
    assert line_starts("a\r\nb\rc\nd\u2028e\ff") == [0, 3, 5, 7]
