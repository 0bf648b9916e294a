"""Comments, attributes and decorators above a definition are part of it, in every language."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.document import Position
from tierwise.syntax.around import enclosing
from tierwise.syntax.symbols import definitions

CASES: Final = [
    # language, name, text with § where the definition's range begins
    ("python", "f", "x = 1\n\n§# why\n# more\n@cached\ndef f():\n    return 1\n"),
    ("python", "m", "class A:\n    §# why\n    def m(self):\n        return 1\n"),
    ("python", "b", "def a():\n    return 1\n§# about b\ndef b():\n    return 2\n"),
    ("python", "f", "# apart\n\n§def f():\n    return 1\n"),
    ("python", "f", "x = 1  # not of f\n§def f():\n    return 1\n"),
    ("python", "f", "# tw: document this\n§def f():\n    return 1\n"),
    ("lua", "f", "-- tw: document this\n§function f() return 1 end\n"),
    ("python", "f", "# -*- coding: utf-8 -*-\n§def f():\n    return 1\n"),
    ("javascript", "f", "§/**\n * Why.\n */\nfunction f() { return 1 }\n"),
    ("javascript", "f", "§// a\n// b\nexport default function f() { return 1 }\n"),
    ("javascript", "m", "class A {\n  §/** Why. */\n  m() { return 1 }\n}\n"),
    ("typescript", "m", "class A {\n  §/** Why. */\n  @Get('/')\n  m(): void {}\n}\n"),
    ("typescript", "A", "§// why\n@Component({\n  a: 1,\n})\nexport class A {}\n"),
    ("typescript", "f", "let y = 1 // not of f\n§export function f(): void {}\n"),
    ("typescript", "I", "§/** Why. */\nexport interface I { a: string }\n"),
    ("go", "F", "package a\n\n§// F does.\n//\n// More.\nfunc F() int { return 1 }\n"),
    ("go", "F", "// Package a does.\npackage a\n\n§func F() int { return 1 }\n"),
    ("rust", "f", "use a;\n\n§/// Why.\n#[inline]\n#[must_use]\npub fn f() -> u8 { 1 }\n"),
    ("rust", "S", "§#[derive(\n    Debug,\n)]\npub struct S { a: u8 }\n"),
    ("rust", "f", "//! About the file.\n§fn f() {}\n"),
    ("rust", "f", "#![allow(dead_code)]\n§fn f() {}\n"),
    ("rust", "m", "impl A {\n    §/// Why.\n    fn m(&self) {}\n}\n"),
    ("c", "f", "#include <a.h>\n\n§/* Why.\n * More. */\nint f(void) { return 1; }\n"),
    ("c", "f", "#define X 1\n§int f(void) { return 1; }\n"),
    ("c", "f", "/* Copyright someone. */\n§int f(void) { return 1; }\n"),
    ("cpp", "C", "§// why\ntemplate <typename T>\nclass C { T a; };\n"),
    ("java", "m", "class A {\n    §/** Why. */\n    @Override\n    int m() { return 1; }\n}\n"),
    ("lua", "f", "local M = {}\n\n§--- Why.\n---@return integer\nfunction M.f() return 1 end\n"),
    ("lua", "f", "§--[[ Why\nmore ]]\nlocal function f() return 1 end\n"),
    ("ruby", "m", "class A\n  §# Why.\n  def m\n    1\n  end\nend\n"),
    ("shellscript", "f", "#!/bin/sh\n§f() { echo 1; }\n"),
    ("shellscript", "f", "set -e\n§# Why.\nf() { echo 1; }\n"),
    ("kotlin", "f", "§/**\n * Why.\n */\n@Test\nfun f() {\n    x()\n}\n"),
    ("swift", "f", "import A\n\n§/// Why.\n@discardableResult\nfunc f() {\n    x()\n}\n"),
    ("php", "f", "§#[Pure]\n// why\nfunction f() {\n    x();\n}\n"),
    ("csharp", "A", "using B;\n\n§/// Why.\n[Serializable]\nclass A {\n    int b;\n}\n"),
    ("nim", "f", "# apart\n\n§# why\nfunc f(x: int) =\n    discard\n"),
    ("elixir", "f", "x = 1\n§def f(x) do\n    x\nend\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "name", "marked"), CASES)
def test_what_stands_above_belongs(language: str, name: str, marked: str) -> None:
    at = marked.index("§")
    text = marked[:at] + marked[at + 1 :]
    found = next(s for s in definitions(text, language) if s.name.split(".")[-1] == name)
    begins = Position(text[:at].count("\n"), at - (text.rfind("\n", 0, at) + 1))
    assert found.range.start == begins
    last = text.split("\n")[found.at.line]
    assert name in last or name in text.split("\n")[found.at.line + 1]


def _same_everywhere(text: str, language: str) -> None:
    symbols = definitions(text, language)
    for number, line in enumerate(text.split("\n")):
        for character in range(len(line) + 1):
            at = Position(number, character)
            inside = [s for s in symbols if s.range.start <= at <= s.range.end]
            wanted = max(inside, key=lambda s: (s.depth, s.range.start), default=None)
            assert enclosing(text, language, at) == wanted, (number, character, text)


@pytest.mark.parametrize(("language", "name", "marked"), CASES)
def test_a_position_in_a_comment_is_in_what_it_is_about(
    language: str, name: str, marked: str
) -> None:
    _same_everywhere(marked.replace("§", "", 1), language)


PIECES: Final = {
    "python": ("# c\n", "@d\n", "def f():\n    # in\n    return 1\n", "class A:\n", "\n",
               "x = 1  # c\n", "    # c\n", "    def m(self):\n        pass\n", '"""s"""\n'),
    "typescript": ("// c\n", "/* c\n   d */\n", "function f() {\n  // in\n}\n", "class A {\n",
                   "}\n", "  m() {}\n", "  /** é */\n", "  @d()\n", "x() // c\n", "\n",
                   "export class B {}\n"),
    "rust": ("/// c\n", "#[a]\n", "fn f() {\n    // in\n}\n", "impl A {\n", "}\n", "    /// c\n",
             "    fn m() {}\n", "\n", "//! f\n", "let x = 1; // c\n"),
    "lua": ("-- c\n", "--[[ c\nd ]]\n", "function f()\n  -- in\nend\n", "\n", "x = 1 -- c\n"),
}  # fmt: skip


@pytest.mark.parametrize("language", PIECES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_both_ways_to_find_it_agree_on_whatever_is_written(
    language: str, data: st.DataObject
) -> None:
    pieces = data.draw(st.lists(st.sampled_from(PIECES[language]), max_size=9))
    _same_everywhere("".join(pieces), language)
