"""What leaves the machine, end to end: ignored, outside, secret, diffed; and the notices."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_money import start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.server import RehearsalServer

HIDDEN = "IGNORED_BYTES_7f3a"
SECRET = "ghp_" + "Q7w8E9r0T1" * 4


@pytest.fixture
def guarded(workspace: Path) -> Path:
    """A workspace with files that must not leave it, and a link that leads out."""
    for command in ("init -q", "add sample.py", "commit -q -m first"):
        run = ["git", "-C", str(workspace), "-c", "user.name=a", "-c", "user.email=a@b.invalid"]
        subprocess.run([*run, *command.split()], check=True)
    (workspace / ".gitignore").write_text("local.py\n", encoding="utf-8")
    (workspace / ".cursorignore").write_text("private/\n", encoding="utf-8")
    (workspace / "private").mkdir()
    for name in ("private/keys.py", "local.py"):
        (workspace / name).write_text(f"def add_numbers():\n    return '{HIDDEN}'\n")
    (workspace.parent / "outside.py").write_text(f"def add_numbers():\n    '{HIDDEN}'\n")
    (workspace / "way_out.py").symlink_to(workspace.parent / "outside.py")
    (workspace / "note.py").write_text(f"def add_numbers():\n    k = '{SECRET}'\n")
    return workspace


def stage(root: Path) -> None:
    """A change for the index, of a file that may be sent and of one that may not."""
    (root / "sample.py").write_text("import re\n", encoding="utf-8")
    add = ["git", "-C", str(root), "add", "-f", "sample.py", "private/keys.py"]
    subprocess.run(add, check=True)


def sent(model: RehearsalServer) -> str:
    return json.dumps(model.requests, ensure_ascii=False)


async def test_nothing_kept_back_is_in_any_body_and_the_operator_is_told(
    guarded: Path, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    for name in ("private/keys.py", "local.py", "way_out.py", "note.py"):
        editor.open(name)
    outside = editor.open("../outside.py")
    stage(guarded)
    where = editor.span(uri, 3, 5)
    quoted = (guarded / "private" / "keys.py").as_uri()
    for action in ("edit", "explain", "review", "commit"):
        found = [
            {"path": "private/keys.py", "line": 1, "message": f"odd value {HIDDEN}"},
            {"path": "sample.py", "line": 4, "message": "unused"},
        ]
        files = [{"uri": outside}, {"uri": (guarded / "local.py").as_uri()}]
        params = {
            "action": action, "textDocument": {"uri": uri}, "range": where,
            "diagnostics": found, "files": files,
        }  # fmt: skip
        started = await rpc.request("tierwise/task/start", params)
        view: Any = await state(rpc, started["taskId"], "proposed", "answered")
        said = " ".join(view["notices"])
        assert "private/keys.py" in said or "more" in said
        assert "Not sent" in said
    reply = {"prompt": "compare", "references": [{"uri": quoted}]}
    with pytest.raises(RpcError) as refused:
        await rpc.request("tierwise/chat/send", reply)
    assert refused.value.name == "Ignored"
    assert len(model.requests) >= 4
    asked = [str(request["messages"][-1]["content"]) for request in model.requests]
    (commit,) = (text for text in asked if '<request action="commit">' in text)
    assert "+import re" in commit
    assert "private/keys.py left out: it is ignored" in commit
    assert 'kind="selection"' not in commit, "only the diff"
    assert HIDDEN not in sent(model)
    assert SECRET not in sent(model)


async def test_a_diff_shows_nothing_of_an_ignored_file(
    guarded: Path, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await start(editor)
    diff = (
        "diff --git a/sample.py b/sample.py\n--- a/sample.py\n+++ b/sample.py\n@@ -1 +1 @@\n"
        "+import re\n"
        "diff --git a/private/keys.py b/private/keys.py\n--- a/private/keys.py\n"
        f"+++ b/private/keys.py\n@@ -1 +1 @@\n+k = '{HIDDEN}'\n"
    )
    uri = editor.open("COMMIT_EDITMSG", "\n" + diff, "git-commit")
    params: Any = {"action": "commit", "textDocument": {"uri": uri}}
    params["range"] = editor.span(uri, 0, 10)
    started = await rpc.request("tierwise/task/start", params)
    view: Any = await state(rpc, started["taskId"], "answered", "proposed")
    await rpc.request("tierwise/chat/send", {"prompt": "say what changed:\n" + diff})
    assert "import re" in sent(model)
    assert HIDDEN not in sent(model)
    assert "private/keys.py" in " ".join(view["notices"])


@pytest.mark.parametrize("name", ["local.py", "way_out.py"])
async def test_a_selection_in_an_ignored_or_outer_file_is_sent_after_one_yes(
    guarded: Path, editor: Editor, rpc: Rpc, model: RehearsalServer, name: str
) -> None:
    await start(editor)
    uri = editor.open(name)
    params = {"action": "explain", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 2)}
    editor.choice = "Keep it here"
    started = await rpc.request("tierwise/task/start", params)
    view: Any = await state(rpc, started["taskId"], "failed")
    assert view["error"]["name"] == "Ignored"
    assert HIDDEN not in sent(model)
    editor.choice = "Send it"
    for _ in range(2):
        started = await rpc.request("tierwise/task/start", params)
        await state(rpc, started["taskId"], "answered")
    assert HIDDEN in sent(model)
    assert len([q for q in editor.questions if name in q]) == 2, "once no, once yes, never again"


async def test_a_plain_client_reads_what_was_left_out_in_the_hover(
    guarded: Path, editor: Editor, rpc: Rpc
) -> None:
    await editor.start("eglot")
    uri = editor.open("note.py")
    editor.open("private/keys.py")
    params = {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 2)}
    await rpc.request("tierwise/task/start", params)
    await rpc.until(lambda: rpc.of("window/showMessage"))
    at = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 5}}
    text = (await rpc.request("textDocument/hover", at))["contents"]["value"]
    assert "1 secret replaced by placeholders" in text
    assert "private/keys.py (ignored by .cursorignore)" in text
