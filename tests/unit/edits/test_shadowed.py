"""A name that tests give again takes the place of the one their file has."""

# ruff: noqa: E501
from __future__ import annotations

import pytest

from tierwise.edits.shadowed import shadows

PY = "import pytest\n\nX = 1\n\n\n@pytest.fixture\ndef one():\n    return 1\n\n\nclass A:\n    def m(self): ...\n"
JS = "const { a } = require('a')\nlet X = 1\n\nfunction full() {\n  return 1\n}\n\ntest('a', () => {})\n"
GO = "package a\n\nfunc TestA(t *testing.T) {}\n\nfunc (s S) M() {}\n"
RUST = "struct S;\n\nimpl S {}\n\n#[test]\nfn a() {}\n"


@pytest.mark.parametrize(
    ("text", "added", "language", "found"),
    [
        (PY, "@pytest.fixture\ndef one():\n    return 2\n", "python", True),
        (PY, "def one():\n    return 2\n", "python", True),
        (PY, "X = 2\n", "python", True),
        (PY, "def test_new(one):\n    X = 2\n    assert one\n", "python", False),
        (PY, "class B:\n    def m(self): ...\n", "python", False),
        (PY, "class A:\n    def n(self): ...\n", "python", True),
        (PY, "Y == 1\nfoo(X=2)\n", "python", False),
        (JS, "const X = 2\n", "javascript", True),
        (JS, "function full() { return 2 }\n", "javascript", True),
        (JS, "test('b', () => {\n  const X = 2\n})\n", "javascript", False),
        (GO, "func TestA(t *testing.T) {}\n", "go", True),
        (GO, "func (r R) M() {}\n", "go", False),
        (RUST, "impl S {}\n", "rust", False),
        (RUST, "#[test]\nfn a() {}\n", "rust", True),
        ("local x = 1\n", "local x = 2\n", "lua", True),
        ("fun a() {\n}\n", "fun a() {\n}\n", "kotlin", True),
    ],
)
def test_a_name_given_again(text: str, added: str, language: str, found: bool) -> None:
    assert shadows(text, f"{text}\n\n{added}", language) is found
    assert not shadows(text, text, language)
    assert not shadows("", added, language)
