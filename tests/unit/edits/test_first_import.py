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
        (
            '"""What it is."""\n', "'''What\n\nit is.\n'''\n", 'r"""Raw."""\n', '"In one quote."\n',
            '"""Says \\"""so\\"""."""  # noqa\n', "from __future__ import annotations  # noqa\n",
            "from __future__ import (\n    annotations,\n)\n",
        ),
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
        (), (
            "<?php\n", "<?php\ndeclare(strict_types=1);\n", "<?php\nnamespace A\\B;\n",
            "<?php /**\n * A licence.\n */\n", "<?php declare(\n    strict_types=1\n);\n",
        ),
        "use A\\C;", ("// about f\nfunction f() {}\n", "$x = 1;\n"),
    ),
    "rust": (
        SLASH, (
            "#![allow(dead_code)]\n", "//! What it is.\n//! More.\n", "#![warn(\n    a,\n)]\n",
        ),
        "use a::b;", ("/// About f.\nfn f() {}\n", "#[derive(Debug)]\nstruct A;\n"),
    ),
    "c": (
        SLASH, ("#pragma once\n", "#define _GNU_SOURCE\n"),
        "#include <a.h>", ("/* about f */\nint f(void);\n", "int x;\n"),
    ),
    "ruby": (
        ("#!/usr/bin/env ruby\n", *HASH), ("# frozen_string_literal: true\n",),
        "require 'a'", ("# about f\ndef f; end\n", "x = 1\n"),
    ),
}  # fmt: skip
"""Per language: what may begin a file, what must stand above imports, an import, and code."""


UNGAPPED = (
    ("python", "# coding: latin-1\n", "import os", "x = 1\n"),
    ("ruby", "# frozen_string_literal: true\n", "require 'a'", "# about f\ndef f; end\n"),
    ("typescript", "// @ts-nocheck\n", "import a from 'a';", "const x = 1;\n"),
    ("rust", "/*! What it is. */\n", "use a::b;", "fn f() {}\n"),
    ("swift", "// swift-tools-version:5.5\n", "import A", "let x = 1\n"),
    ("c", "#ifndef FOO /* once */\n#define FOO 1\n", "#include <a.h>", "int x;\n#endif\n"),
    ("haskell", "module A\n  ( f\n  ) where\n", "import B", "f = 1\n"),
    ("astro", "---\ntitle: a\n---\n", "import a from 'a';", "<p/>\n"),
    ("vue", "<!-- c -->\n<script setup lang='ts'>\n", "import a from 'a';", "let x\n</script>\n"),
    ("svelte", "<script context='module'>\n</script>\n<script>\n", "import a from 'a';",
     "let x\n</script>\n"),
)  # fmt: skip
"""Heads that have code right below them: language, head, import, code."""
UNCLEAR = (
    ("php", "<?php return [\n    'a' => 1,\n];\n", "use A\\B;"),
    ("php", "<?php $x = 1; ?>\n<p></p>\n", "use A\\B;"),
    ("php", "<?php\nnamespace A {\n    f();\n}\n", "use A\\B;"),
    ("svelte", "<p>no script</p>\n", "import a from 'a';"),
)
"""Files in which no place for an import is clear."""
ABOVE = (
    ("c", "#ifndef SIZE\n#define SIZE 10\n#endif\nint x;\n", "#include <a.h>"),
    ("c", "#ifndef NDEBUG\nint x;\n#endif\n", "#include <a.h>"),
    ("python", "x = 1\n'no docstring'\n", "import os"),
    ("python", "'a'.join(x)\n", "import os"),
)
"""Files that begin with code that looks like a head."""
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
    after = with_imports(before, [wanted], language)
    at = after.index(wanted)
    assert [x for x in after[:at].splitlines() if x] == [x for x in head.splitlines() if x]
    below = after[at + len(wanted) :]
    assert [x for x in below.splitlines() if x] == [x for x in code.splitlines() if x]
    assert below.splitlines()[1] == "", "an empty line stands between imports and code"
    assert after.count("\r\n") in (0, after.count("\n")), "one kind of line end"
    assert errors(after, language) == errors(before, language)


@pytest.mark.parametrize("case", UNGAPPED, ids=[f"{one[0]} {one[1][:9]}" for one in UNGAPPED])
def test_a_head_right_above_code_is_still_a_head(case: tuple[str, str, str, str]) -> None:
    language, head, wanted, code = case
    assert with_imports(head + code, [wanted], language) == f"{head}\n{wanted}\n\n{code}"


@pytest.mark.parametrize(("language", "text", "wanted"), UNCLEAR)
def test_where_no_place_is_clear_nothing_is_put(language: str, text: str, wanted: str) -> None:
    assert with_imports(text, [wanted], language) == text


@pytest.mark.parametrize(("language", "text", "wanted"), ABOVE)
def test_what_only_looks_like_a_head_is_code(language: str, text: str, wanted: str) -> None:
    assert with_imports(text, [wanted], language) == f"{wanted}\n\n{text}"


def test_a_line_of_a_docstring_that_reads_like_an_import_draws_none() -> None:
    text = '"""Use it so:\n\nimport tool\n"""\n'
    after = with_imports(f"{text}x = 1\n", ["import os"], "python")
    assert after == f"{text}\nimport os\n\nx = 1\n"


@pytest.mark.parametrize("banner", ["/", "#", "/**/", "/* */ ", "// ", "-", ";", "{- -}", "(* *)"])
@pytest.mark.parametrize(
    "begin", ["", "<?php\n", "<?php ", "/* a\n*/", "<?php\n// a\n\n#", "---\n"]
)
def test_a_banner_of_any_signs_is_read_at_once(begin: str, banner: str) -> None:
    """Patterns that try every division of a banner would not end within the time of any test."""
    lines = f"{begin}{banner * 400} x\nclass A {{}}\n".splitlines(keepends=True)
    for language in (None, "php", "javascript"):
        found = head_end(lines, language)
        assert found is None or 0 <= found <= len(lines)


@given(st.lists(st.sampled_from(['"""', "'''", "/*", "*/", "#!", "//", "x", "", "<?php", "-- a"])))
def test_the_head_of_any_text_is_found(lines: list[str]) -> None:
    for language in (None, "python", "javascript", "c", "rust"):
        found = head_end([f"{line}\n" for line in lines], language)
        assert found is None or 0 <= found <= len(lines)


@pytest.mark.parametrize(
    "line", ['import "fmt"', 'import . "fmt"', 'import _ "fmt"', 'import f "fmt" // to print']
)
@pytest.mark.parametrize("above", ["", "// A licence.\n\n", "/* L */ "])
@pytest.mark.parametrize("between", ["", "// the library\n", "/* one\ntwo */\n"])
def test_a_go_answer_gives_its_imports_and_its_code(above: str, between: str, line: str) -> None:
    code = ["// f is f.", "func f() {}"]
    alone = [*f"{above}package a\n\n{between}{line}\n".split("\n"), *code]
    wanted = line.partition(" //")[0]
    assert head_of(alone) == ([wanted], code)
    spec = line.removeprefix("import ")
    group = [*f"{above}package a /* x */\nimport (\n{between}\t{spec}\n)\n".split("\n"), *code]
    assert head_of(group) == ([wanted], code)
    assert head_of(code) == ([], code)
