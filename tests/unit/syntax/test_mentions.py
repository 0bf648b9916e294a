"""What a name means where it stands, in every language with a grammar."""

from __future__ import annotations

import pytest

from tierwise.syntax.mentions import mentions


@pytest.mark.parametrize(
    ("language", "text", "meanings"),
    [
        ("python", "import json\ndef load(p):\n    return json.load(p)\n", ["defines", "member"]),
        ("python", "class A:\n    def load(self):\n        self.load()\n", ["method", "own"]),
        ("python", "f(load=1)\n", ["key"]),
        ("python", "from json import load\nload(1)\n", ["import", "plain"]),
        ("python", "# load\n'load'\n", []),
        ("javascript", "function load(p) {\n  return JSON.load(p);\n}\n", ["defines", "member"]),
        ("javascript", "const o = { load: 1 };\no.load();\n", ["key", "member"]),
        ("javascript", "class A { load() { this.load(); } }\n", ["method", "own"]),
        ("typescript", "import { load } from './x';\nload();\n", ["import", "plain"]),
        ("go", "package a\nfunc load() { x.load() }\n", ["defines", "member"]),
        ("rust", "fn load() { x.load(); load() }\n", ["defines", "member", "plain"]),
        ("rust", "impl A { fn load(&self) { self.load() } }\n", ["method", "own"]),
        ("java", "class A { void load() { x.load(); load(); } }\n", ["method", "member", "plain"]),
        ("c", "int load(int a) { return s.load + load(a); }\n", ["defines", "member", "plain"]),
        ("lua", "local function load() return x.load() end\n", ["defines", "member"]),
        ("ruby", "def load\n  x.load\nend\n", ["defines", "member"]),
    ],
)  # fmt: skip
def test_a_mention_means_the_thing_or_another(
    language: str, text: str, meanings: list[str]
) -> None:
    found = mentions("load", text, language)
    assert found is not None
    assert [m.meaning for m in found] == meanings


@pytest.mark.parametrize(
    ("language", "text", "local"),
    [
        ("python", "load = 1\ndef f(load):\n    return load\n", [False, True, True]),
        ("python", "def f():\n    load = 1\n    return load\n", [True, True]),
        ("python", "def f():\n    return load\n", [False]),
        ("javascript", "function f(load) { return load; }\n", [True, True]),
        ("javascript", "function f() { const load = 1; return load; }\n", [True, True]),
        ("javascript", "function f() { return load; }\n", [False]),
        ("typescript", "const f = (load: number) => load;\n", [True, True]),
        ("go", "package a\nfunc f() { load := 1; g(load) }\n", [True, True]),
        ("go", "package a\nfunc f(load int) int { return load }\n", [True, True]),
        ("rust", "fn f() { let load = 1; g(load) }\n", [True, True]),
        ("rust", "fn f(load: u8) -> u8 { load }\n", [True, True]),
        ("java", "class A { int f(int load) { return load; } }\n", [True, True]),
        ("c", "int f(int load) { return load; }\n", [True, True]),
        ("lua", "function f(load) return load end\n", [True, True]),
    ],
)
def test_a_variable_of_a_function_is_its_own(language: str, text: str, local: list[bool]) -> None:
    found = mentions("load", text, language)
    assert found is not None
    assert [m.local for m in found] == local


def test_without_a_grammar_nobody_can_tell() -> None:
    assert mentions("load", "load: 1", "yaml") is None
