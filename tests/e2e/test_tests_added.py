"""Tests that are added leave a project's own tests green: real suites, run before and after.

Each project is asked for tests of one of its functions four times, and answered as models do:
the new tests alone; among prose and with imports and fixtures repeated; as the whole file; with
a fixture of its own under the name of one that is there.
"""

# ruff: noqa: E501
from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from tests.e2e.test_money import OWN, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

PYTEST: Final = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=")
UNITTEST: Final = (sys.executable, "-B", "-m", "unittest", "-v")
NODE: Final = ("node", "--test")


@dataclass(frozen=True)
class Project:
    """A project with its suite. `target` is the test file, `asked` the file and its first line."""

    files: Mapping[str, str]
    asked: tuple[str, str, int]
    target: str
    run: Sequence[str]
    answers: Mapping[str, str]
    """By the way they are written; "shadows" must be marked or harmless, the others add a test."""


CART = Project(
    {
        "pkg/__init__.py": "",
        "pkg/cart.py": "def total(items):\n    return sum(price * n for price, n in items)\n",
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
        "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef two():\n    return [(2, 1), (3, 2)]\n",
        "tests/unit/test_cart.py": "import pytest\n\nfrom pkg.cart import total\n\n\n@pytest.fixture\n"
        "def one():\n    return [(5, 1)]\n\n\ndef test_one(one):\n    assert total(one) == 5\n\n\n"
        "def test_two(two):\n    assert total(two) == 8\n",
    },
    ("pkg/cart.py", "python", 0),
    "tests/unit/test_cart.py",
    PYTEST,
    {
        "alone": "```python\ndef test_none():\n    assert total([]) == 0\n```",
        "repeats": "Sure, here are tests:\n\n```python\nimport pytest\n\nfrom pkg.cart import total\n\n\n"
        "@pytest.fixture\ndef one():\n    return [(5, 1)]\n\n\ndef test_none():\n    assert total([]) == 0\n\n\n"
        "def test_one_again(one):\n    assert total(one * 2) == 10\n```\n\nRun them with pytest.",
        "whole": "```python\nimport pytest\n\nfrom pkg.cart import total\n\n\n@pytest.fixture\n"
        "def one():\n    return [(5, 1)]\n\n\ndef test_one(one):\n    assert total(one) == 5\n\n\n"
        "def test_two(two):\n    assert total(two) == 8\n\n\ndef test_none():\n    assert total([]) == 0\n```",
        "shadows": "```python\nimport pytest\n\nfrom pkg.cart import total\n\n\n@pytest.fixture\n"
        "def one():\n    return [(1, 1), (1, 1)]\n\n\ndef test_new(one):\n    assert total(one) == 2\n```",
    },
)  # fmt: skip
NEW_FILE = Project(
    {
        "pkg/__init__.py": "",
        "pkg/money.py": "def cents(text):\n    return round(float(text) * 100)\n",
        "pkg/cart.py": "def total(items):\n    return sum(items)\n",
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
        "tests/test_cart.py": "from pkg.cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
    },
    ("pkg/money.py", "python", 0),
    "tests/test_money.py",
    PYTEST,
    {
        "alone": "```python\nfrom pkg.money import cents\n\n\ndef test_cents():\n    assert cents('1.5') == 150\n```",
        "repeats": "Tests:\n\n```python\nimport pytest\n\nfrom pkg.money import cents\n\n\ndef test_cents():\n"
        "    assert cents('1.5') == 150\n\n\ndef test_bad():\n    with pytest.raises(ValueError):\n"
        "        cents('x')\n```\n\nThey cover both.",
        "whole": "```python\n\"\"\"Tests of money.\"\"\"\n\nfrom pkg.money import cents\n\n\nclass TestCents:\n"
        "    def test_cents(self):\n        assert cents('2') == 200\n```",
        "shadows": "```python\nfrom pkg.money import cents\n\n\ndef test_total():\n    assert cents('0') == 0\n```",
    },
)  # fmt: skip
STACK = Project(
    {
        "package.json": '{"type": "module", "scripts": {"test": "node --test"}}\n',
        "src/stack.js": "export class Stack {\n  items = []\n  push(x) { this.items.push(x); return this }\n"
        "  pop() { return this.items.pop() }\n}\n",
        "test/stack.test.js": "import assert from 'node:assert/strict'\nimport { describe, it } from 'node:test'\n"
        "import { Stack } from '../src/stack.js'\n\nfunction full() {\n  return new Stack().push(1).push(2)\n}\n\n"
        "describe('Stack', () => {\n  it('pops the last', () => {\n    assert.equal(full().pop(), 2)\n  })\n})\n",
    },
    ("src/stack.js", "javascript", 0),
    "test/stack.test.js",
    NODE,
    {
        "alone": "```js\ndescribe('pop', () => {\n  it('is undefined when empty', () => {\n"
        "    assert.equal(new Stack().pop(), undefined)\n  })\n})\n```",
        "repeats": "Here you go.\n\n```js\nimport assert from 'node:assert/strict'\nimport { describe, it } from 'node:test'\n"
        "import { Stack } from '../src/stack.js'\n\nfunction full() {\n  return new Stack().push(1).push(2)\n}\n\n"
        "describe('twice', () => {\n  it('pops twice', () => {\n    const s = full()\n    s.pop()\n"
        "    assert.equal(s.pop(), 1)\n  })\n})\n```\n",
        "whole": "```js\nimport assert from 'node:assert/strict'\nimport { describe, it } from 'node:test'\n"
        "import { Stack } from '../src/stack.js'\n\nfunction full() {\n  return new Stack().push(1).push(2)\n}\n\n"
        "describe('Stack', () => {\n  it('pops the last', () => {\n    assert.equal(full().pop(), 2)\n  })\n\n"
        "  it('is undefined when empty', () => {\n    assert.equal(new Stack().pop(), undefined)\n  })\n})\n```",
        "shadows": "```js\nfunction full() {\n  return new Stack().push('a')\n}\n\ndescribe('letters', () => {\n"
        "  it('pops', () => {\n    assert.equal(full().pop(), 'a')\n  })\n})\n```",
    },
)  # fmt: skip
SLUG = Project(
    {
        "package.json": '{"scripts": {"test": "node --test src/__tests__/"}}\n',
        "src/slug.js": "function slug(text) {\n  return text.toLowerCase().replace(/ +/g, '-')\n}\n\nmodule.exports = { slug }\n",
        "src/__tests__/slug.spec.js": "const assert = require('node:assert')\nconst test = require('node:test')\n"
        "const { slug } = require('../slug')\n\nconst TITLE = 'A Title'\n\n"
        "test('lower case', () => {\n  assert.equal(slug(TITLE), 'a-title')\n})\n",
    },
    ("src/slug.js", "javascript", 0),
    "src/__tests__/slug.spec.js",
    (*NODE, "src/__tests__/slug.spec.js"),
    {
        "alone": "```js\ntest('many blanks', () => {\n  assert.equal(slug('a   b'), 'a-b')\n})\n```",
        "repeats": "```js\nconst test = require('node:test')\nconst assert = require('node:assert')\n"
        "const { slug } = require('../slug')\n\ntest('nothing', () => {\n  assert.equal(slug(''), '')\n})\n```\n\n"
        "This covers the empty string.",
        "whole": "```js\nconst assert = require('node:assert')\nconst test = require('node:test')\n"
        "const { slug } = require('../slug')\n\nconst TITLE = 'A Title'\n\n"
        "test('lower case', () => {\n  assert.equal(slug(TITLE), 'a-title')\n})\n\n"
        "test('nothing', () => {\n  assert.equal(slug(''), '')\n})\n```",
        "shadows": "```js\nconst TITLE = 'Another  One'\n\ntest('two blanks', () => {\n"
        "  assert.equal(slug(TITLE), 'another-one')\n})\n```",
    },
)  # fmt: skip
TAX = Project(
    {
        "app/__init__.py": "",
        "app/tax.py": "def tax(net, rate=0.2):\n    return round(net * rate, 2)\n",
        "tests/__init__.py": "",
        "tests/test_tax.py": "import unittest\n\nfrom app.tax import tax\n\n\nclass TestTax(unittest.TestCase):\n"
        "    def setUp(self):\n        self.net = 10\n\n    def test_usual(self):\n"
        "        self.assertEqual(tax(self.net), 2)\n\n\nif __name__ == '__main__':\n    unittest.main()\n",
    },
    ("app/tax.py", "python", 0),
    "tests/test_tax.py",
    UNITTEST,
    {
        "alone": "```python\nclass TestRate(unittest.TestCase):\n    def test_none(self):\n        self.assertEqual(tax(10, 0), 0)\n```",
        "repeats": "```python\nimport unittest\n\nfrom app.tax import tax\n\n\nclass TestRounded(unittest.TestCase):\n"
        "    def test_rounded(self):\n        self.assertEqual(tax(0.111), 0.02)\n\n\nif __name__ == '__main__':\n"
        "    unittest.main()\n```\n\nRun `python -m unittest`.",
        "whole": "```python\nimport unittest\n\nfrom app.tax import tax\n\n\nclass TestTax(unittest.TestCase):\n"
        "    def setUp(self):\n        self.net = 10\n\n    def test_usual(self):\n"
        "        self.assertEqual(tax(self.net), 2)\n\n    def test_half(self):\n"
        "        self.assertEqual(tax(self.net, 0.5), 5)\n\n\nif __name__ == '__main__':\n    unittest.main()\n```",
        "shadows": "```python\nimport unittest\n\nfrom app.tax import tax\n\n\nclass TestTax(unittest.TestCase):\n"
        "    def test_high(self):\n        self.assertEqual(tax(100, 0.5), 50)\n```",
    },
)  # fmt: skip
PROJECTS: Final = {"cart": CART, "new file": NEW_FILE, "stack": STACK, "slug": SLUG, "tax": TAX}
PASSED: Final = re.compile(
    r"(\d+) passed|^Ran (\d+) test|^# pass (\d+)|^ℹ pass (\d+)", re.MULTILINE
)


async def suite(project: Project, root: Path) -> tuple[bool, int]:
    """Whether the project's suite is green, and how many tests passed."""
    process = await asyncio.create_subprocess_exec(
        *project.run, cwd=root, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said = (await process.communicate())[0].decode()
    counts = [int(n) for found in PASSED.findall(said) for n in found if n]
    return process.returncode == 0, sum(counts)


@pytest.mark.parametrize("name", PROJECTS)
async def test_the_projects_own_tests_stay_green(
    name: str, workspace: Path, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    project = PROJECTS[name]
    for path, text in project.files.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text(text, encoding="utf-8")
    green, before = await suite(project, workspace)
    assert green
    assert before
    await editor.start({**OWN, "workspace": {"workspaceEdit": {"documentChanges": True,
        "resourceOperations": ["create"]}, "applyEdit": True}})  # fmt: skip
    path, language, line = project.asked
    uri = editor.open(path, None, language)
    target = workspace / project.target
    for way, answer in project.answers.items():
        model.faults.default = Fault(text=answer)
        asked = {"start": {"line": line, "character": 5}, "end": {"line": line, "character": 5}}
        params = {"action": "test", "textDocument": {"uri": uri}, "range": asked}
        started = await rpc.request("tierwise/task/start", params)
        view: Any = await state(rpc, started["taskId"], "proposed", "answered", "failed")
        marked = view["state"] != "proposed"
        if not marked:
            given = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
            marked = bool(given.get("failed")) or view["decision"]["cause"] == "escalated"
            if not marked or way != "shadows":
                resolve = {"editId": view["editId"], "action": "apply"}
                assert (await rpc.request("tierwise/edit/resolve", resolve))["applied"] is True
        assert not marked or way == "shadows", way
        if target.as_uri() in editor.texts:
            target.write_text(editor.texts[target.as_uri()], encoding="utf-8")
        green, after = await suite(project, workspace)
        assert green, (name, way, target.read_text())
        assert after > before or way == "shadows", way
        if target.as_uri() in editor.texts:
            closed = {"textDocument": {"uri": target.as_uri()}}
            rpc.notify("textDocument/didClose", closed)
            del editor.texts[target.as_uri()]
        if project.target in project.files:
            target.write_text(project.files[project.target], encoding="utf-8")
        else:
            target.unlink(missing_ok=True)
