"""The router's numbers come from the whole project, through the real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.test_money import state
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc

FILES = {
    "a.py": "def foo(n):\n    return n + 1\n\n\ndef main():\n    return foo(1)\n",
    "b.py": "from a import foo\n\n\ndef twice(n):\n    return foo(foo(n))\n",
    "c.py": "import a\n\n\ndef three():\n    return a.foo(2)\n",
}
EVERYWHERE = "rename foo to bar everywhere in the project"


async def decided(editor: Editor, rpc: Rpc, uri: str, wish: str) -> Any:
    """The final decision of a task on the first function of a file."""
    asked = {
        "action": "edit", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 2),
        "instruction": wish,
    }  # fmt: skip
    started = await rpc.request("tierwise/task/start", asked)
    view: Any = await state(rpc, started["taskId"], "proposed", "failed")
    return view["decision"]


async def begin(editor: Editor) -> str:
    for name, text in FILES.items():
        (editor.root / name).write_text(text, encoding="utf-8")
    await editor.start(
        {**PROFILES["vscode"], "experimental": {"tierwise": {"task": True, "preview": True}}}
    )
    return editor.open("a.py")


async def test_a_rename_everywhere_is_routed_by_the_files_that_use_the_name(
    editor: Editor, rpc: Rpc
) -> None:
    uri = await begin(editor)
    found = await decided(editor, rpc, uri, EVERYWHERE)
    assert found["final"]
    assert found["routed"] == "sonnet"
    assert found["estimate"]["haiku"] < 0.9


async def test_without_an_index_the_decision_is_that_of_the_open_files(
    editor: Editor, rpc: Rpc, config: Path
) -> None:
    config.write_text("[index]\nenabled = false\n", encoding="utf-8")
    uri = await begin(editor)
    found = await decided(editor, rpc, uri, EVERYWHERE)
    assert found["routed"] == "haiku"
    assert not (editor.root.parent / "state" / "index").exists()
