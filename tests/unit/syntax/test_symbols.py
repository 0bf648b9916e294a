"""Where a position stands, and how often a name does, against the plain way to find out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.document import Position
from tierwise.syntax.around import enclosing
from tierwise.syntax.symbols import definitions, occurrences

NESTED = '''\
import os


@decorated
class Outer:
    """Doc."""

    size = 1

    def method(self):
        def inner():
            return 1

        return inner

    def other(self):
        return 2


def alone():
    return 3


VALUE = 4
'''
WEB = """\
export class Shop { sell() { return () => 1 } buy() {} }
function after() { return 2 }
"""
UNKNOWN = NESTED.replace("@decorated\n", "")


@pytest.mark.parametrize(
    ("text", "language"), [(NESTED, "python"), (WEB, "typescript"), (UNKNOWN, "nim")]
)
def test_every_position_finds_the_innermost_definition_around_it(text: str, language: str) -> None:
    symbols = definitions(text, language)
    assert symbols
    for number, line in enumerate(text.split("\n")):
        for character in range(len(line) + 1):
            at = Position(number, character)
            inside = [s for s in symbols if s.range.start <= at <= s.range.end]
            wanted = max(inside, key=lambda s: (s.depth, s.range.start), default=None)
            assert enclosing(text, language, at) == wanted, (number, character)


@given(
    st.text("ab_é .(\n1", max_size=40),
    st.text("ab_é1", min_size=1, max_size=3),
)
def test_whole_words_are_counted_as_a_pattern_would(text: str, name: str) -> None:
    assert occurrences(name, text) == len(re.findall(rf"\b{re.escape(name)}\b", text))
