"""Texts that say the same, however they are set."""

from __future__ import annotations

import pytest

from tierwise.syntax.alike import alike


@pytest.mark.parametrize(
    ("one", "other", "language", "same"),
    [
        ("f('a', b,)\n", 'f("a",b)\n', "python", True),
        ("x = [\n    1,\n    2,\n]\n", "x = [1, 2]\n", "python", True),
        ("if a:\n    x()\n    y()\n", "if a:\n    x()\ny()\n", "python", False),
        ("a - (b - c)\n", "a - b - c\n", "python", False),
        ("(a,)\n", "(a)\n", "python", False),
        ("total = a\n", "sum_ = a\n", "python", False),
        ("x = 'a\\'b'\n", "x = 'ab'\n", "python", False),
        ("x = 'a  b'\n", "x = 'a b'\n", "python", False),
        ("x = 'a\\n1'\n", "x = 'b\\n1'\n", "python", False),
        ("x = f'a {b} c'\n", "x = f'a {b} d'\n", "python", False),
        ("let a = `a ${b} c`\n", "let a = `a ${b} d`\n", "javascript", False),
        ("let a = 'x'\n", 'let a = "x";\n', "javascript", True),
        ("let a = `x`\n", 'let a = "x";\n', "javascript", False),
        ("func f() { return }\n", "func f() {\n\treturn\n}\n", "go", True),
        ("a = 1  # one\n", "a = 1\n", "python", False),
        ("def broken(:\n", "def  broken(:\n", "python", False),
        ("def broken(:\n\n", "def broken(:\n", "python", True),
        ("some words  \n\nmore\n", "some words\nmore\n", None, True),
        ("some words\n", "other words\n", None, False),
    ],
)
def test_what_says_the_same(one: str, other: str, language: str | None, same: bool) -> None:
    assert alike(one, other, language) is same
    assert alike(other, one, language) is same


def test_remarks_count_on_demand() -> None:
    assert alike("a = 1  # one\n", "a = 1\n", "python", remarks=False)
    assert not alike('def f():\n    """Do."""\n', "def f():\n    pass\n", "python", remarks=False)
