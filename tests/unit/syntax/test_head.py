"""The imports at a file's top are taken as they stand, in languages with and without a grammar."""

# ruff: noqa: E501
from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.syntax.head import head
from tierwise.syntax.positions import split_lines

CASES: Final = {
    "python": '"""Doc of\nthe module."""\n\n§from __future__ import annotations\n\nimport os\nfrom a.b import (\n'
    "    c,  # why (\n    d,\n)\n\nif TYPE:\n    x = 1\nfrom e import f\n§\n\ndef g():\n    import h\n",
    "python continued": "§from a import b, \\\n    c\n§x = 1\n",
    "javascript": "'use strict'\n\n§var a = require('a')\nconst {\n  b,\n  c,\n} = require('./b');\n"
    "let d = e(require('d'))\n§\nfunction f() {}\n",
    "typescript": "// licence\n§import type { A } from 'a'\nimport {\n  b,\n  c as d,\n} from \"b\"\n"
    "export * from './e'\nimport './f.css'\n§\nexport const g = 1\n",
    "no import": "const {\n  a,\n} = props\nlet b = 1\n",
    "go": "// Package a.\n§package a\n\nimport (\n\t\"fmt\"\n\n\t\"x/y\"\n)\n§\nfunc f() {}\n",
    "rust": "//! Crate.\n\n§use a::{\n    b,\n    c,\n};\npub(crate) use d::e;\nmod f;\nextern crate g;\n§\nfn h() {}\n",
    "c": "/* a\n * b\n */\n§#include <a.h>\n#include \"b.h\"\n§\n#define C 1\nint d(void);\n",
    "java": "§package a.b;\n\nimport static c.D.e;\nimport f.G;\n§\nclass H {}\n",
    "lua": "--- Doc.\n§local a = require(\"a\")\nlocal b = require 'b'\n§\nlocal M = {}\n",
    "ruby": "# frozen_string_literal: true\n\n§require \"a\"\nrequire_relative 'b'\n§\nclass C\nend\n",
    "shell": "#!/bin/sh\nset -e\n\n§. ./a.sh\nsource b.sh\n§\nf() { :; }\n",
    "css": "§@charset \"utf-8\";\n@import url(\"a.css\");\n@import 'b.css' screen;\n§\na { b: c }\n",
    "scss": "§@use \"a\" as b;\n@forward 'c';\n§\n$d: 1;\n",
    "make": "§include a.mk\n-include b.mk\n§\nall:\n\techo 1\n",
    "php": "<?php\n\n§use A\\B;\nrequire_once 'c.php';\n§\nfunction d() {}\n",
    "csharp": "§using System;\nusing A.B;\n§\nnamespace C;\n",
    "kotlin": "§package a\n\nimport b.C\nimport d.*\n§\nfun e() {}\n",
    "swift": "§import Foundation\nimport A\n§\nstruct B {}\n",
    "haskell": "module A where\n\n§import qualified B as C\nimport D (e, f)\n§\ng = 1\n",
    "zig": "§const std = @import(\"std\");\nconst a = @import(\"a.zig\");\n§\nfn b() void {}\n",
    "elixir": "§alias A.B\nimport C\nuse D\n§\nx = 1\n",
    "yaml": "a:\n  - b\n  - c: d\n",
    "far below": "x = 1\n" * 20 + "import os\n",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_head_is_the_lines_from_the_first_import_to_the_last(name: str) -> None:
    text = CASES[name].replace("§", "")
    found = head(text)
    if "§" not in CASES[name]:
        assert found is None
        return
    assert found is not None
    lines = split_lines(text)
    assert "".join(lines[found[0] : found[1]]) == CASES[name].split("§")[1]


@given(st.text("import {}()'\"#/\n\\=, ab", max_size=120))
def test_the_head_is_always_lines_of_the_file(text: str) -> None:
    found = head(text)
    assert found is None or 0 <= found[0] < found[1] <= len(split_lines(text))
