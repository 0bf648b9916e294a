"""A rename over the whole project with one file open, end to end: the project runs afterwards."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Any

import pytest
from tests.e2e.test_money import state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.server import RehearsalServer

FILES = {
    "a.py": "def foo(n):\n    return n + 1\n\n\ndef main():\n    return foo(1)\n",
    "b.py": "from a import foo\n\n\ndef twice(n):\n    return foo(foo(n))\n",
    "inner/c.py": "import a\n\nfoobar = 1\n\n\ndef three():\n    return a.foo(2)\n",
    "run.py": "import a\nimport b\nfrom inner import c\n\nprint(a.main(), b.twice(1), c.three())\n",
    "other.py": "def food():\n    return 'foo is not used here'\n",
    "secret/d.py": "import a as canary_of_ignored\n\ncanary_value = canary_of_ignored.foo(3)\n",
    ".gitignore": "secret/\n",
}
WISH = "rename foo to bar everywhere in the project"


def write(editor: Editor) -> None:
    for name, text in FILES.items():
        path = editor.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def save(editor: Editor) -> None:
    """Write what the editor's buffers hold, as its operator would."""
    for uri, text in editor.texts.items():
        (editor.root / uri.removeprefix(editor.root.as_uri() + "/")).write_text(text, "utf-8")


@pytest.mark.parametrize("profile", ["vscode", "eglot"])
async def test_a_rename_over_three_files_with_one_open_ends_in_a_project_that_runs(
    editor: Editor, rpc: Rpc, model: RehearsalServer, profile: str
) -> None:
    write(editor)
    await editor.start(
        {**PROFILES[profile], "experimental": {"tierwise": {"task": True, "preview": True}}}
    )
    uri = editor.open("a.py")
    asked = {
        "action": "edit", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 2),
        "instruction": WISH,
    }  # fmt: skip
    started = await rpc.request("tierwise/task/start", asked)
    editor.choice = "Apply"
    view: Any = await state(rpc, started["taskId"], "proposed")
    got = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    assert {h["uri"].rsplit("/", 1)[-1] for h in got["hunks"]} == {"a.py", "b.py", "c.py"}
    resolve = {"editId": view["editId"], "action": "apply"}
    assert (await rpc.request("tierwise/edit/resolve", resolve))["applied"] is True
    save(editor)
    assert "bar(bar(n))" in (editor.root / "b.py").read_text()
    assert (editor.root / "other.py").read_text() == FILES["other.py"]
    assert (editor.root / "secret/d.py").read_text() == FILES["secret/d.py"]
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "run.py", cwd=editor.root, stdout=PIPE, stderr=PIPE
    )
    printed, complained = await ran.communicate()
    assert printed == b"2 3 3\n", complained
    assert "canary" not in str(model.requests)
