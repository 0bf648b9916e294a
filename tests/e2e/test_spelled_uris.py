"""A client's own spelling of a URI, from the task to the edit it applies."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.test_edit_cases import OWN, ended
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

TEXT = "def f():\n    return 1\n"
NAMES = [
    ("[id].py", "%5bid%5d.py"), ("[id].py", "%5Bid%5D.py"), ("(a).py", "(a).py"),
    ("+page.py", "%2Bpage.py"), ("a b.py", "a%20b.py"), ("ü.py", "%c3%bc.py"),
    ("@x.py", "%40x.py"), ("aux.py", "aux.py"), ("日本.py", "%E6%97%A5%E6%9C%AC.py"),
]  # fmt: skip


@pytest.mark.timeout(120)
async def test_an_edit_comes_back_under_the_clients_own_uri(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start(OWN)
    for number, (name, spelled) in enumerate(NAMES):
        folder = editor.root / f"d{number}"
        folder.mkdir()
        (folder / name).write_text(TEXT, encoding="utf-8")
        uri = f"{folder.as_uri()}/{spelled}"
        editor.texts[uri], editor.versions[uri] = TEXT, 1
        document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
        rpc.notify("textDocument/didOpen", {"textDocument": document})
        block = (
            f"d{number}/{name}\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n"
            ">>>>>>> REPLACE\n"
        )
        model.faults.default = Fault(text=block)
        params = {"action": "edit", "instruction": "return two", "textDocument": {"uri": uri},
                  "range": editor.span(uri, 0, 2)}  # fmt: skip
        started = await rpc.request("tierwise/task/start", params)
        view: Any = await ended(rpc, started["taskId"])
        got = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
        assert {hunk["uri"] for hunk in got["hunks"]} == {uri}
        done = {"editId": view["editId"], "action": "apply"}
        assert (await rpc.request("tierwise/edit/resolve", done))["applied"] is True
        assert editor.texts[uri] == TEXT.replace("1", "2")


async def test_what_cannot_be_edited_is_refused_before_it_is_paid_for(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start(OWN)
    outside = editor.root.parent / "elsewhere.py"
    outside.write_text(TEXT, encoding="utf-8")
    uri = outside.as_uri()
    editor.texts[uri], editor.versions[uri] = TEXT, 1
    document = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
    rpc.notify("textDocument/didOpen", {"textDocument": document})
    params = {"action": "edit", "instruction": "return two", "textDocument": {"uri": uri},
              "range": editor.span(uri, 0, 2)}  # fmt: skip
    started = await rpc.request("tierwise/task/start", params)
    view: Any = await ended(rpc, started["taskId"])
    assert view["state"] == "failed"
    assert "lies outside the workspace" in view["error"]["message"]
    assert model.requests == []
