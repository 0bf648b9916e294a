"""The whole thread under three kinds of client: routed, answered, previewed, applied, logged."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.server import RehearsalServer

DOCUMENTED = SAMPLE.replace(
    "def add_numbers(a, b):\n",
    'def add_numbers(a, b):\n    """Add numbers. Takes `a`, `b`."""\n',
)


async def start_document(editor: Editor) -> tuple[str, str]:
    """Ask for docs on the first function by its code action; (uri, task id)."""
    uri = editor.open("sample.py")
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    chosen = next(a for a in actions if "Add docs" in a["title"])
    started = await editor.run(chosen["command"])
    return uri, started["taskId"]


async def pending(editor: Editor, uri: str, title: str) -> dict[str, object]:
    """The code action of a pending proposal, once it is there."""
    while True:
        for action in await editor.actions(uri, editor.span(uri, 3, 5)):
            if action["title"] == f"Tierwise: {title}":
                found: dict[str, object] = action["command"]
                return found


@pytest.mark.parametrize("profile", sorted(PROFILES))
async def test_a_plain_client_gets_all_of_it(
    profile: str, editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start(profile)
    await rpc.request("tierwise/status")
    uri, task_id = await start_document(editor)
    apply = await pending(editor, uri, "Apply")
    assert editor.texts[uri] == SAMPLE, "nothing changes before apply"
    shows_progress = PROFILES[profile].get("window", {}).get("workDoneProgress", False)
    titles = [p["value"].get("title", "") for p in rpc.of("$/progress")]
    told = any(title.startswith("Tierwise: ") for title in titles)
    assert told is shows_progress, "the tier stands in the progress title"

    hover = await rpc.request(
        "textDocument/hover",
        {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 2}},
    )
    contents = hover["contents"]
    assert ("```diff" in contents["value"]) is (contents["kind"] == "markdown")
    assert '+    """Add numbers' in contents["value"]

    assert (await editor.run(apply))["applied"] is True
    assert editor.texts[uri] == DOCUMENTED
    assert len(editor.applied) == 1, "apply is one edit"

    undo = await pending(editor, uri, "Undo")
    assert (await editor.run(undo))["applied"] is True
    assert editor.texts[uri] == SAMPLE, "undo gives the text back byte for byte"

    history = await rpc.request("tierwise/history/query", {})
    task = next(t for t in history["tasks"] if t["taskId"] == task_id)
    assert [o["kind"] for o in task["outcomes"] if o["kind"] != "survived"] == ["applied", "undone"]
    assert task["costUsd"] > 0
    assert len(model.requests) == 1
    assert await rpc.stop() == 0


async def test_discard_is_logged_and_changes_nothing(editor: Editor, rpc: Rpc) -> None:
    await editor.start("neovim")
    await rpc.request("tierwise/status")
    uri, task_id = await start_document(editor)
    await editor.run(await pending(editor, uri, "Discard"))
    history = await rpc.request("tierwise/history/query", {"state": "discarded"})
    assert [t["taskId"] for t in history["tasks"]] == [task_id]
    assert [o["kind"] for o in history["tasks"][0]["outcomes"]] == ["discarded"]
    assert editor.texts[uri] == SAMPLE


async def test_a_comment_is_an_instruction_and_goes_when_it_is_done(
    editor: Editor, rpc: Rpc
) -> None:
    await editor.start("neovim")
    await rpc.request("tierwise/status")
    text = SAMPLE.replace("def add_numbers", "# tw: rename add_numbers to add\ndef add_numbers")
    uri = editor.open("sample.py", text)
    where = {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 0}}
    actions = await editor.actions(uri, where)
    chosen = next(a for a in actions if "Do this comment" in a["title"])
    await editor.run(chosen["command"])
    await editor.run(await pending(editor, uri, "Apply"))
    assert editor.texts[uri] == SAMPLE.replace("def add_numbers", "def add")


async def test_a_document_that_changed_elsewhere_is_rebased_not_overwritten(
    editor: Editor, rpc: Rpc
) -> None:
    await editor.start("neovim")
    await rpc.request("tierwise/status")
    uri, _ = await start_document(editor)
    apply = await pending(editor, uri, "Apply")
    editor.type(uri, 0, "# typed meanwhile\n")
    assert (await editor.run(apply))["applied"] is True
    assert editor.texts[uri] == "# typed meanwhile\n" + DOCUMENTED


async def test_a_document_that_changed_under_the_proposal_is_refused(
    editor: Editor, rpc: Rpc
) -> None:
    await editor.start("neovim")
    await rpc.request("tierwise/status")
    uri, _ = await start_document(editor)
    apply = await pending(editor, uri, "Apply")
    editor.type(uri, 4, "    # typed into it\n")
    editor.type(uri, 3, "x")
    before = editor.texts[uri]
    reply = await rpc.request(
        "tierwise/edit/get",
        {"editId": apply["arguments"][0]["editId"]},  # type: ignore[index]
    )
    assert reply["stale"] is True
    try:
        await editor.run(apply)
    except Exception as error:
        assert getattr(error, "name", None) == "DocumentChanged"
    else:
        raise AssertionError("a stale proposal was applied")
    assert editor.texts[uri] == before


async def test_chat_streams_its_decision_before_its_text(
    editor: Editor, rpc: Rpc, workspace: Path
) -> None:
    flags = {"tierwise": {"chat": True, "task": True, "status": True}}
    await editor.start({**PROFILES["vscode"], "experimental": flags})
    reply = await rpc.request("tierwise/chat/send", {"prompt": "@sonnet what is this about?"})
    assert reply["decision"]["answering"] == "sonnet"
    assert reply["decision"]["cause"] == "override"
    stream = rpc.of("tierwise/chat/didStream")
    assert stream[0]["kind"] == "decision"
    text = "".join(s.get("delta", "") for s in stream if s["kind"] == "delta")
    assert text == reply["text"]
    assert [s["seq"] for s in stream] == sorted(s["seq"] for s in stream)
    again = await rpc.request(
        "tierwise/chat/send", {"prompt": "and now?", "conversationId": reply["conversationId"]}
    )
    assert again["conversationId"] == reply["conversationId"]
