"""The shared cases through the whole server: asked, answered by the loopback model, applied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

OWN = {
    "experimental": {"tierwise": {"task": True, "preview": True}},
    "window": {"showMessage": {}},
}
CASES = Path(__file__).parents[3] / "shared" / "cases"


def cases(name: str) -> list[Any]:
    if not (CASES / name).exists():
        assert not os.environ.get("CI"), "the shared cases are missing"
        return []
    found: list[Any] = json.loads((CASES / name).read_text(encoding="utf-8"))
    return found


async def ended(rpc: Rpc, task_id: str) -> Any:
    """The task once nothing of it runs."""

    def found() -> Any:
        mine = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
        over = ("proposed", "answered", "failed")
        return mine[-1] if mine and mine[-1]["state"] in over else None

    return await rpc.until(found)


async def asked(editor: Editor, model: RehearsalServer, uri: str, task: Any) -> Any:
    """The end of a task that is answered like this."""
    model.faults.default = Fault(text=task["answer"])
    params = {
        "action": task.get("action", "edit"),
        "instruction": task.get("instruction", "change it as I said"),
        "textDocument": {"uri": uri},
        "range": task["selection"],
    }
    started = await editor.rpc.request("tierwise/task/start", params)
    return await ended(editor.rpc, started["taskId"])


@pytest.mark.shared
@pytest.mark.skipif(not cases("edits.json"), reason="the shared cases are not here")
async def test_every_answer_of_the_cases_lands_right(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start(OWN)
    wrong = []
    for number, case in enumerate(cases("edits.json")):
        name = f"case{number}/{case['path']}"
        (editor.root / name).parent.mkdir()
        (editor.root / name).write_bytes(case["text"].encode())
        uri = editor.open(name, case["text"], case["language"])
        view = await asked(editor, model, uri, {**case, "answer": _named(case, name)})
        if view.get("editId"):
            await rpc.request(
                "tierwise/edit/resolve", {"editId": view["editId"], "action": "apply"}
            )
        if editor.texts[uri] not in case["want"]:
            wrong.append((case["name"], editor.texts[uri], view["state"], view["progress"]))
    assert not wrong


def _named(case: Any, name: str) -> str:
    """The answer with the path that the file has in this workspace."""
    lines = case["answer"].split("\n")
    return "\n".join(name if line == case["path"] else line for line in lines)


READING = ("one resolver for paths", "reading an answer", "checks that mean the symbol")


@pytest.mark.shared
@pytest.mark.skipif(not cases("steps.json"), reason="the shared cases are not here")
@pytest.mark.parametrize(
    "case",
    [case for case in cases("steps.json") if case["kind"] in READING],
    ids=lambda case: case["name"],
)
async def test_every_step_of_the_cases_ends_right(
    case: Any, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    for name, text in case["files"].items():
        (editor.root / name).parent.mkdir(parents=True, exist_ok=True)
        (editor.root / name).write_bytes(text.encode())
    folders = [editor.root / name for name in case.get("folders", [])] or [editor.root]
    params = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
    await rpc.initialize(capabilities=OWN, rootUri=params[0]["uri"], workspaceFolders=params)
    editor.choice = "Apply"
    uris: dict[str, str] = {}
    view: Any = None
    for step in case["steps"]:
        if "open" in step:
            name = step["open"]
            uris[name] = editor.open(name, language=_language(name))
        elif "open_unsaved" in step:
            for name, text in step["open_unsaved"].items():
                uris[name] = editor.open(name, text, _language(name))
        elif "task" in step:
            view = await asked(editor, model, uris[step["task"]["path"]], step["task"])
            if "calls" in step["task"]:
                assert len(model.requests) <= step["task"]["calls"]
        elif step["apply"] == "refused":
            with pytest.raises(RpcError):
                await _apply(rpc, view)
        elif step["apply"] == "done":
            assert (await _apply(rpc, view))["applied"] is True
        elif view.get("editId"):
            await _apply(rpc, view)
    for name, want in case["want"].items():
        uri = uris.get(name, (editor.root / name).as_uri())
        text = editor.texts.get(uri) or (editor.root / name).read_text(encoding="utf-8")
        assert text in ([want] if isinstance(want, str) else want)


async def _apply(rpc: Rpc, view: Any) -> Any:
    return await rpc.request("tierwise/edit/resolve", {"editId": view["editId"], "action": "apply"})


def _language(name: str) -> str:
    return {"py": "python", "yaml": "yaml", "toml": "toml"}.get(name.rsplit(".", 1)[-1], "text")
