"""One fenced block where a selection stood: its indentation, its line ends, and half of it."""

from __future__ import annotations

import pytest

from tierwise.core.document import Position, Range
from tierwise.edits import whole

OLD = "def f(a):\n    b = a\n    c = b\n    return c\n"


@pytest.mark.parametrize(
    ("answer", "grown"),
    [
        ("def f(a):", OLD),
        ("def f(a):\n    b = 2 * a", OLD.replace("b = a", "b = 2 * a")),
        ("def f(a):\n    b = a\n    d = 1\n    c = b", OLD.replace("    c", "    d = 1\n    c")),
        (OLD[:-1], OLD),
    ],
)
def test_what_is_not_written_yet_stays_as_it_was(answer: str, grown: str) -> None:
    assert whole.grown(OLD, answer) == grown[:-1]


@pytest.mark.parametrize(
    ("text", "answer", "result"),
    [
        ("a\r\nb\r\nc\r\n", "x\ny", "a\r\nx\r\ny\r\nc\r\n"),
        ("\ufeffa\nb\nc\n", "x", "\ufeffa\nx\nc\n"),
        ("if a:\n    b\nc\n", "d\ne", "if a:\n    d\n    e\nc\n"),
    ],
)
def test_a_block_takes_on_what_the_file_has(text: str, answer: str, result: str) -> None:
    span = Range(Position(1, 0), Position(2, 0))
    assert whole.replaced(text, span, answer) == result


def test_a_block_over_the_whole_of_a_marked_file_keeps_its_mark() -> None:
    span = Range(Position(0, 0), Position(1, 0))
    assert whole.replaced("\ufeffa\n", span, "x") == "\ufeffx\n"
