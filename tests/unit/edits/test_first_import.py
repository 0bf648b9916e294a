"""The first import of a file goes below the head of the file: a licence, a docstring, a directive,
the name of the package.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.edits.added import with_imports
from tierwise.edits.file_head import head_end
from tierwise.edits.imports import head_of
from tierwise.syntax.parse import errors

HASH = ("# A licence\n# of two lines\n", "# one line\n")
SLASH = ("// A licence\n// of two lines\n", "/* one line */\n", "/*\n * A licence\n */\n")
FILES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    "python": (
        ("#!/usr/bin/env python3\n", "# -*- coding: utf-8 -*-\n", *HASH),
        ('"""What it is."""\n', "'''What\n\nit is.\n'''\n", 'r"""Raw."""\n'),
        "import os", ("# about f\ndef f():\n    pass\n", "x = 1\n"),
    ),
    "javascript": (
        ("#!/usr/bin/env node\n", *SLASH), ("'use strict';\n", '"use client"\n'),
        "import a from 'a';", ("// about f\nfunction f() {}\n", ";(function () {})();\n", "--x;\n"),
    ),
    "typescript": (
        SLASH, ('"use server";\n',),
        "import a from 'a';", ("/** About f. */\nfunction f(): void {}\n", "const x = 1;\n"),
    ),
    "go": (
        ("//go:build linux\n", *SLASH), ("package a\n", "package a // of b\n"),
        'import "os"', ("// f is f.\nfunc f() {}\n", "var x = 1\n"),
    ),
    "java": (
        SLASH, ("package a.b;\n",),
        "import a.B;", ("/** About A. */\nclass A {}\n", "@B\nclass A {}\n"),
    ),
    "kotlin": (SLASH, ("package a.b\n",), "import a.B", ("// about f\nfun f() {}\n",)),
    "php": (
        (), ("<?php\n", "<?php\ndeclare(strict_types=1);\n", "<?php\nnamespace A\\B;\n"),
        "use A\\C;", ("// about f\nfunction f() {}\n", "$x = 1;\n"),
    ),
    "rust": (
        SLASH, ("#![allow(dead_code)]\n", "//! What it is.\n//! More.\n"),
        "use a::b;", ("/// About f.\nfn f() {}\n", "#[derive(Debug)]\nstruct A;\n"),
    ),
    "c": (
        SLASH, ("#pragma once\n", "#ifndef A_H\n#define A_H\n"),
        "#include <a.h>", ("/* about f */\nint f(void);\n", "int x;\n"),
    ),
    "ruby": (
        ("#!/usr/bin/env ruby\n", *HASH), ("# frozen_string_literal: true\n",),
        "require 'a'", ("# about f\ndef f; end\n", "x = 1\n"),
    ),
}  # fmt: skip
"""Per language: what may begin a file, what must stand above imports, an import, and code."""


GAPS = st.sampled_from(("\n", "\n\n"))


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, str, str, str]:
    """A language, the head of a file, the empty lines below it, an import, and the code."""
    language = draw(st.sampled_from(sorted(FILES)))
    first, fixed, wanted, codes = FILES[language]
    head = ""
    for kind in (first, fixed):
        if kind and (language == "php" or draw(st.booleans())):
            head += (draw(GAPS) if head else "") + draw(st.sampled_from(kind))
    gap = draw(GAPS) if head else ""
    code, end = draw(st.sampled_from(codes)), draw(st.sampled_from(("\n", "\r\n")))
    head, gap, code = (part.replace("\n", end) for part in (head, gap, code))
    return language, head, gap, wanted, code


@given(files())
def test_the_first_import_is_put_below_the_head_and_above_the_code(
    file: tuple[str, str, str, str, str],
) -> None:
    language, head, gap, wanted, code = file
    before = head + gap + code
    after = with_imports(before, [wanted])
    at = after.index(wanted)
    assert [x for x in after[:at].splitlines() if x] == [x for x in head.splitlines() if x]
    below = after[at + len(wanted) :]
    assert [x for x in below.splitlines() if x] == [x for x in code.splitlines() if x]
    assert below.splitlines()[1] == "", "an empty line stands between imports and code"
    assert after.count("\r\n") in (0, after.count("\n")), "one kind of line end"
    assert errors(after, language) == errors(before, language)


@given(st.lists(st.sampled_from(['"""', "'''", "/*", "*/", "#!", "//", "x", "", "<?php", "-- a"])))
def test_the_head_of_any_text_is_found(lines: list[str]) -> None:
    assert 0 <= head_end(lines) <= len(lines)


@pytest.mark.parametrize(
    "line", ['import "fmt"', 'import . "fmt"', 'import _ "fmt"', 'import f "fmt" // to print']
)
def test_a_go_answer_gives_its_imports_and_its_code(line: str) -> None:
    code = ["// f is f.", "func f() {}"]
    alone = ["// A licence.", "", "package a", "", line, "", *code]
    wanted = line.partition(" //")[0]
    assert head_of(alone) == ([wanted], code)
    spec = line.removeprefix("import ")
    group = ["package a", "import (", "// the library", f"\t{spec}", ")", *code]
    assert head_of(group) == ([wanted], code)
    assert head_of(code) == ([], code)
