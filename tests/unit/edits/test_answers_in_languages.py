"""Answers as models write them, in languages with and without a grammar, to the byte."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from tests.support.desk import Desk

from tierwise.core.actions import Action
from tierwise.core.document import Position, Range


class Case(NamedTuple):
    """A selection in a file, an answer, and the file as it should be afterwards."""

    name: str
    language: str
    text: str
    start: tuple[int, int]
    end: tuple[int, int]
    answer: str
    want: str
    action: Action = "edit"
    instruction: str = "change it"


CASES = [
    Case(
        "A.kt",
        "kotlin",
        (
            "package a\n"
            "\n"
            "import b.C\n"
            "\n"
            "class A {\n"
            "    fun f(): Int {\n"
            "        return 1\n"
            "    }\n"
            "\n"
            "    fun g() = 2\n"
            "}\n"
        ),
        (5, 0),
        (8, 0),
        (
            "Sure!\n"
            "\n"
            "```kotlin\n"
            "import b.D\n"
            "\n"
            "fun f(): Int {\n"
            "    val d = D()\n"
            "    return d.x\n"
            "}\n"
            "```"
        ),
        (
            "package a\n"
            "\n"
            "import b.C\n"
            "import b.D\n"
            "\n"
            "class A {\n"
            "    fun f(): Int {\n"
            "        val d = D()\n"
            "        return d.x\n"
            "    }\n"
            "\n"
            "    fun g() = 2\n"
            "}\n"
        ),
    ),
    Case(
        "a.php",
        "php",
        "<?php\nclass A {\n    public function f() {\n        return 1;\n    }\n}\n",
        (2, 0),
        (5, 0),
        "```php\npublic function f() {\n    return 2;\n}\n```",
        "<?php\nclass A {\n    public function f() {\n        return 2;\n    }\n}\n",
    ),
    Case(
        "a.swift",
        "swift",
        "struct A {\n    func f() -> Int {\n        1\n    }\n\n    func g() {}\n}\n",
        (1, 0),
        (4, 0),
        "```swift\nfunc f() -> Int {\n    2\n}\n```",
        "struct A {\n    func f() -> Int {\n        2\n    }\n\n    func g() {}\n}\n",
    ),
    Case(
        "a.cs",
        "csharp",
        "class A\n{\n\tint F()\n\t{\n\t\treturn 1;\n\t}\n}\n",
        (2, 0),
        (6, 0),
        "```csharp\nint F()\n{\n    return 2;\n}\n```",
        "class A\n{\n\tint F()\n\t{\n\t\treturn 2;\n\t}\n}\n",
    ),
    Case(
        "a.ex",
        "elixir",
        "defmodule A do\n  def f(x) do\n    x + 1\n  end\n\n  def g(x), do: x\nend\n",
        (1, 0),
        (4, 0),
        "```elixir\ndef f(x) do\n  x + 2\nend\n```",
        "defmodule A do\n  def f(x) do\n    x + 2\n  end\n\n  def g(x), do: x\nend\n",
    ),
    Case(
        "Dockerfile",
        "dockerfile",
        'FROM a\nRUN x \\\n    && y\nCMD ["z"]\n',
        (1, 0),
        (3, 0),
        "```dockerfile\nRUN x \\\n    && y \\\n    && w\n```",
        'FROM a\nRUN x \\\n    && y \\\n    && w\nCMD ["z"]\n',
    ),
    Case(
        "a.tf",
        "terraform",
        'resource "a" "b" {\n  x = 1\n  y = 2\n}\n',
        (1, 0),
        (2, 0),
        "```hcl\nx = 3\n```",
        'resource "a" "b" {\n  x = 3\n  y = 2\n}\n',
    ),
    Case(
        "a.html",
        "html",
        '<div>\n  <p class="a">Hi</p>\n</div>\n',
        (1, 5),
        (1, 14),
        '```html\nclass="b"\n```',
        '<div>\n  <p class="b">Hi</p>\n</div>\n',
    ),
    Case(
        "a.html",
        "html",
        '<div>\n  <p class="a">Hi</p>\n</div>\n',
        (1, 15),
        (1, 17),
        "```\nHello\n```",
        '<div>\n  <p class="a">Hello</p>\n</div>\n',
    ),
    Case(
        "a.html",
        "html",
        '<div>\n  <p class="a">Hi</p>\n</div>\n',
        (1, 15),
        (1, 17),
        '```html\n<p class="a">Hello</p>\n```',
        '<div>\n  <p class="a">Hello</p>\n</div>\n',
    ),
    Case(
        "a.md",
        "markdown",
        "# T\n\n- one\n- two\n- three\n",
        (3, 0),
        (4, 0),
        "```markdown\n- deux\n```",
        "# T\n\n- one\n- deux\n- three\n",
    ),
    Case(
        "a.md",
        "markdown",
        "# T\n\n- one\n- two\n- three\n",
        (3, 0),
        (4, 0),
        "Here:\n\n- deux\n",
        "# T\n\n- one\n- two\n- three\n",
    ),
    Case(
        "a.sql",
        "sql",
        "SELECT a,\n       b\nFROM t\nWHERE c = 1;\n",
        (0, 0),
        (4, 0),
        "```sql\nSELECT a,\n       b,\n       d\nFROM t\nWHERE c = 1;\n```",
        "SELECT a,\n       b,\n       d\nFROM t\nWHERE c = 1;\n",
    ),
    Case(
        "a.py",
        "python",
        ("import os\n\n\n@app.get('/')\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"),
        (4, 0),
        (6, 0),
        "```python\n@app.get('/')\ndef f():\n    return 3\n```",
        ("import os\n\n\n@app.get('/')\ndef f():\n    return 3\n\n\ndef g():\n    return 2\n"),
    ),
    Case(
        "a.py",
        "python",
        ("import os\n\n\n@app.get('/')\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"),
        (8, 0),
        (10, 0),
        "```python\ndef h():\n    return 2\n```",
        ("import os\n\n\n@app.get('/')\ndef f():\n    return 1\n\n\ndef h():\n    return 2\n"),
        "edit",
        "benenne g in h um",
    ),
    Case(
        "a.ts",
        "typescript",
        "class A {\n  f() {\n    return 1;\n  }\n\n}\n",
        (4, 0),
        (4, 0),
        "```ts\ng() {\n  return 2;\n}\n```",
        "class A {\n  f() {\n    return 1;\n  }\n\n  g() {\n    return 2;\n  }\n}\n",
        "generate",
        "change it",
    ),
    Case(
        "a.yaml",
        "yaml",
        "a:\n  b:\n    - x: 1\n      y: 2\n",
        (0, 0),
        (4, 0),
        (
            "a.yaml\n"
            "<<<<<<< SEARCH\n"
            "- x: 1\n"
            "  y: 2\n"
            "=======\n"
            "- x: 1\n"
            "  y: 3\n"
            "  z: 4\n"
            ">>>>>>> REPLACE\n"
        ),
        "a:\n  b:\n    - x: 1\n      y: 3\n      z: 4\n",
    ),
    Case(
        "a.ini",
        "ini",
        "a = 1\r\nb = 2\r\nc = 3\r\n",
        (1, 0),
        (2, 0),
        "```ini\nb = 5\nd = 6\n```",
        "a = 1\r\nb = 5\r\nd = 6\r\nc = 3\r\n",
    ),
]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{n}-{case.language}" for n, case in enumerate(CASES)]
)
def test_an_answer_lands_right(case: Case, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write({case.name: case.text})
    draft = desk.draft(
        case.name, Range(Position(*case.start), Position(*case.end)), case.answer,
        language=case.language, action=case.action, instruction=case.instruction,
    )  # fmt: skip
    assert desk.result(draft, case.name) == case.want
