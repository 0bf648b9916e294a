"""Which files mean the same thing by a name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tierwise.index.extract import extract
from tierwise.index.imports import resolved
from tierwise.index.meant import meant
from tierwise.index.stem import stem

PYTHON = {
    "app/helpers.py": "def url(x):\n    return x\n",
    "app/__init__.py": "from .helpers import url\n",
    "app/views.py": "import app\n\napp.url(1)\n",
    "app/star.py": "from .helpers import *\n\nurl(2)\n",
    "tests/test_a.py": "from app import url as u\n\nu(1)\n",
    "stranger.py": "import os\n\nurl = os.name\n",
}
SCRIPT = {
    "src/ref.ts": "export function ref(x: number) {\n  return x\n}\n",
    "src/index.ts": "export { ref } from './ref'\n",
    "src/use.ts": "import { ref } from './index'\n\nref(1)\n",
    "src/all.ts": "import * as core from './index'\n\ncore.ref(1)\n",
    "lib/old.js": "const { ref } = require('../src')\n\nref(2)\n",
    "src/stranger.ts": "import { other } from './x'\n\nconst ref = other()\n",
}
COMMON = {
    "lib/utils.js": "exports.setTag = function (v) { return v }\nexports.plain = plain\n"
    "function plain() {}\n",
    "lib/app.js": "var setTag = require('./utils').setTag;\n\nsetTag(1)\n",
    "lib/other.js": "const utils = require('./utils')\n\nutils.setTag(2)\n",
    "test/utils.js": "const { setTag } = require('../lib/utils')\n\nsetTag(3)\n",
    "lib/stranger.js": "const x = require('./x')\n\nx.setTag(4)\n",
}
GO = {"a.go": "package a\n\nfunc Url() {}\n", "b.go": "package a\n\nfunc b() { Url() }\n"}


@pytest.mark.parametrize(
    ("files", "language", "name", "defining", "strangers"),
    [
        (PYTHON, "python", "url", "app/helpers.py", ["stranger.py"]),
        (SCRIPT, "typescript", "ref", "src/ref.ts", ["src/stranger.ts"]),
        (COMMON, "javascript", "setTag", "lib/utils.js", ["lib/stranger.js"]),
        (GO, "go", "Url", "a.go", []),
        ({"conftest.py": "def db(): ...\n", "test_x.py": "def test_a(db): ...\n"}, "python", "db",
         "conftest.py", []),
    ],
)  # fmt: skip
def test_a_file_that_cannot_have_a_name_means_something_else_by_it(
    files: dict[str, str], language: str, name: str, defining: str, strangers: Sequence[str]
) -> None:
    read = {path: extract(text, language) for path, text in files.items()}
    using = {path: language for path, one in read.items() if one.uses.get(name)}
    found = meant(
        {defining},
        using,
        {path for path in using if name in read[path].bound},
        {path: [resolved(t, path) for t in one.imports] for path, one in read.items()},
    )
    assert set(using) - found == set(strangers)
    assert defining in found


@pytest.mark.parametrize(
    "forms",
    [
        ("escape", "escaped", "escapes", "escaping"),
        ("request", "requests", "requested"),
        ("parse", "parsed", "parsing"),
        ("cookie", "cookies"),
        ("session", "sessions"),
        ("validation", "validate", "validated"),
    ],
)
def test_forms_of_a_word_meet(forms: Sequence[str]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["io", "größe", "x86", "名前", "s", ""])
def test_what_is_no_english_word_stays(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exports.a = function (x) {}\n", [("a", "function", "top")]),
        ("module.exports.b = class {}\n", [("b", "class", "top")]),
        ("exports.c = 3\n", [("c", "value", "top")]),
        ("exports.d = d\nfunction d() {}\n", [("d", "function", "top")]),
        ("app.e = function e() {}\n", [("e", "method", "member")]),
        ("App.prototype.f = () => 1\n", [("f", "method", "member")]),
        ("var View = require('./view')\n", []),
        ("const g = require('./x').g\n", []),
        ("const { h } = require('./x')\n", []),
        ("const i = await import('./x')\n", []),
        ("const j = required('./x')\n", [("j", "value", "top")]),
        ("app.k = 3\n", []),
    ],
)
def test_what_a_file_exports_is_defined_there_and_nowhere_else(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    for language in ("javascript", "typescript"):
        found = extract(text, language).definitions
        assert [(d.name, d.kind, d.level) for d in found] == expected
