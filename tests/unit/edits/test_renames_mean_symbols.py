"""A rename is held against the symbol: what is only called the same is no reason to pay twice."""

from __future__ import annotations

import pytest

from tierwise.edits import renamed

WISH = renamed.RenameWish("load", "read", only=True)

DONE = [
    ("python", "import json\n\n\ndef load(p):\n    return json.load(p)\n",
     "import json\n\n\ndef read(p):\n    return json.load(p)\n"),
    ("python", "def load(p):\n    return p\n\n\ndef other(load):\n    return load\n",
     "def read(p):\n    return p\n\n\ndef other(load):\n    return load\n"),
    ("python", "def load(p):\n    return f(load=p)\n", "def read(p):\n    return f(load=p)\n"),
    ("python", "def load(p):\n    '''load it'''\n    return p\n",
     "def read(p):\n    '''load it'''\n    return p\n"),
    ("javascript", "function load(p) {\n  return JSON.load(p);\n}\n",
     "function read(p) {\n  return JSON.load(p);\n}\n"),
    ("javascript", "function load(p) {\n  return { load: p };\n}\n",
     "function read(p) {\n  return { load: p };\n}\n"),
    ("typescript", "export function load(p: string) {\n  return api.load(p);\n}\n",
     "export function read(p: string) {\n  return api.load(p);\n}\n"),
    ("go", "package a\n\nfunc load(p string) {\n\tcfg.load(p)\n}\n",
     "package a\n\nfunc read(p string) {\n\tcfg.load(p)\n}\n"),
    ("rust", "fn load(p: &str) -> A {\n    toml.load(p)\n}\n",
     "fn read(p: &str) -> A {\n    toml.load(p)\n}\n"),
    ("c", "int load(int p) {\n\treturn s->load + p;\n}\n",
     "int read(int p) {\n\treturn s->load + p;\n}\n"),
    ("lua", "local function load(p)\n  return yaml.load(p)\nend\n",
     "local function read(p)\n  return yaml.load(p)\nend\n"),
    ("ruby", "def load(p)\n  YAML.load(p)\nend\n", "def read(p)\n  YAML.load(p)\nend\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), DONE)
def test_a_member_of_something_else_keeps_its_name(language: str, before: str, after: str) -> None:
    first = next(n for n, x in enumerate(before.split("\n")) if "load" in x and "import" not in x)
    for lines in (None, (first, first + 2)):
        assert not renamed.still_there(WISH, before, after, language, lines)


LEFT = [
    ("python", "def load(p):\n    return p\n\n\nload(1)\n",
     "def read(p):\n    return p\n\n\nload(1)\n"),
    ("python", "class A:\n    def load(self):\n        return self.load()\n",
     "class A:\n    def read(self):\n        return self.load()\n"),
    ("javascript", "function load(p) {}\nload(1);\n", "function read(p) {}\nload(1);\n"),
    ("javascript", "class A {\n  load() {\n    this.load();\n  }\n}\n",
     "class A {\n  read() {\n    this.load();\n  }\n}\n"),
    ("typescript", "function load() {}\nexport { load };\n",
     "function read() {}\nexport { load };\n"),
    ("go", "package a\n\nfunc load() {}\n\nfunc b() { load() }\n",
     "package a\n\nfunc read() {}\n\nfunc b() { load() }\n"),
    ("rust", "fn load() {}\nfn b() { load() }\n", "fn read() {}\nfn b() { load() }\n"),
    ("c", "int load(void);\nint b(void) { return load(); }\n",
     "int read(void);\nint b(void) { return load(); }\n"),
    ("lua", "local function load() end\nload()\n", "local function read() end\nload()\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), LEFT)
def test_what_means_the_symbol_must_go_along(language: str, before: str, after: str) -> None:
    lines = (0, before.count("\n"))
    assert renamed.still_there(WISH, before, after, language, lines)


@pytest.mark.parametrize(
    ("language", "text", "uses"),
    [
        ("python", "from shop import load\nload(1)\n", True),
        ("python", "import shop\nshop.load(1)\n", True),
        ("python", "import json\njson.load(1)\n", False),
        ("python", "from json import load\nload(1)\n", False),
        ("python", "def load():\n    pass\n\n\nload()\n", False),
        ("javascript", "import { load } from './shop.js';\nload(1);\n", True),
        ("javascript", "api.load(1);\n", False),
        ("go", "package a\n\nfunc b() { load() }\n", True),
        ("go", "package a\n\nfunc b(load int) int { return load }\n", False),
        ("lua", "local shop = require('shop')\nshop.load(1)\n", True),
        ("lua", "yaml.load(1)\n", False),
        ("yaml", "load: 1\n", True),
    ],
)
def test_another_file_uses_it_or_something_called_the_same(
    language: str, text: str, uses: bool
) -> None:
    assert renamed.uses_elsewhere("load", text, language, "shop") is uses
