"""A selection is read as the lines that are meant, and as a part of a line where it is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.document import Range
from tierwise.syntax.extent import is_part, last_line, settled
from tierwise.syntax.positions import LineIndex


def ranged(marked: str) -> tuple[LineIndex, Range]:
    """A text with « and » around the selection."""
    start, end = marked.index("«"), marked.index("»") - 1
    index = LineIndex(marked.replace("«", "").replace("»", ""))
    return index, Range(index.position(start), index.position(end))


@pytest.mark.parametrize(
    ("marked", "wanted", "part", "last"),
    [
        ("a\n    «b\n    c»\nd\n", "    b\n    c", False, 2),
        ("a\n\t«b»\nd\n", "\tb", False, 1),
        ("a\n  «b\n»d\n", "  b\n", False, 1),
        ("a«\n  b»\nd\n", "  b", False, 1),
        ("a\n  b«  \n  c\n  »d\n", "  c\n", False, 2),
        ("a\n  «b»  \nd\n", "  b  ", False, 1),
        ("x = «f(a)» + 1\n", "f(a)", True, 0),
        ("  «f(a)» + 1\n", "f(a)", True, 0),
        ("x = «f(\n  a)»\n", "f(\n  a)", True, 1),
        ("  «a\n  b» c\n", "  a\n  b", True, 1),
        ("a\r\n  «b\r\n»c\r\n", "  b\r\n", False, 1),
        ("a «» b\n", "", True, 0),
        ("a\n«  \n»b\n", "  \n", False, 1),
        ("«a\nb»", "a\nb", False, 1),
    ],
)
def test_what_is_meant_by_a_selection(marked: str, wanted: str, part: bool, last: int) -> None:
    index, span = ranged(marked)
    meant = settled(index, span)
    assert index.slice(meant) == wanted
    assert is_part(index, meant) is part
    assert last_line(meant) == last


@given(st.text("ab \t\r\né(", max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_no_word_is_lost_or_won(text: str, one: int, other: int) -> None:
    index = LineIndex(text)
    a, b = sorted((min(one, len(text)), min(other, len(text))))
    span = index.clamp(Range(index.position(a), index.position(b)))
    meant = settled(index, span)
    assert index.slice(meant).split() == index.slice(span).split()
    assert settled(index, meant) == meant
