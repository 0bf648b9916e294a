"""Bad input: each a clear sentence, the server alive, nothing lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SAMPLE, Serve
from tests.e2e.test_money import OWN, document, start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer


async def refused(rpc: Rpc, **params: Any) -> RpcError:
    with pytest.raises(RpcError) as error:
        await rpc.request("tierwise/task/start", params)
    assert (await rpc.request("tierwise/status"))["kind"]
    return error.value


async def test_a_file_that_is_missing_binary_or_huge(editor: Editor, rpc: Rpc) -> None:
    await start(editor)
    (editor.root / "image.bin").write_bytes(b"\x89PNG\x00\xff\xfe")
    (editor.root / "huge.py").write_text("x = 1\n" * 4_000_000, encoding="utf-8")
    cases = {"gone.py": "no file", "image.bin": "not a text", "huge.py": "larger"}
    for name, said in cases.items():
        where = {"uri": (editor.root / name).as_uri()}
        error = await refused(rpc, action="explain", textDocument=where)
        assert said in str(error)
        assert error.name == "BadRequest"


async def test_a_document_of_20_mb_is_open_and_others_are_served(editor: Editor, rpc: Rpc) -> None:
    uri = await start(editor)
    big = editor.open("big.txt", "word " * 4_000_000, "plaintext")
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    assert any("Add docs" in a["title"] for a in actions)
    error = await refused(rpc, action="edit", textDocument={"uri": big}, tier="nobody")
    assert error.name == "UnknownTier"


async def test_a_range_past_the_end_and_an_empty_selection(editor: Editor, rpc: Rpc) -> None:
    uri = await start(editor)
    far = {"line": 900, "character": 0}
    where = {"start": far, "end": far}
    error = await refused(rpc, action="edit", textDocument={"uri": uri}, range=where)
    assert "past the end" in str(error)
    at = {"line": 2, "character": 0}
    empty = {"start": at, "end": at}
    error = await refused(rpc, action="document", textDocument={"uri": uri}, range=empty)
    assert "Select" in str(error)


async def test_an_unknown_action_and_tier_list_what_there_is(editor: Editor, rpc: Rpc) -> None:
    uri = await start(editor)
    error = await refused(rpc, action="dance", textDocument={"uri": uri})
    assert "refactor" in str(error)
    error = await refused(rpc, action="chat", instruction="@turbo go")
    assert "haiku, sonnet, opus" in str(error)
    assert error.name == "UnknownTier"


async def test_an_unreachable_server_is_named(
    serve: Serve, env: dict[str, str], workspace: Path
) -> None:
    env["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9"
    editor = Editor(await serve(), workspace)
    uri = await start(editor)
    view = await state(editor.rpc, await document(editor, uri), "failed")
    assert view["error"]["name"] == "ModelError"  # type: ignore[index]
    assert "cannot be reached" in view["error"]["message"]  # type: ignore[index]
    assert (await editor.rpc.request("tierwise/status"))["reservedUsd"] == 0


async def test_without_a_key_a_task_says_the_ways_on(
    serve: Serve, env: dict[str, str], workspace: Path, model: RehearsalServer
) -> None:
    del env["ANTHROPIC_API_KEY"]
    editor = Editor(await serve(), workspace)
    uri = await start(editor)
    view = await state(editor.rpc, await document(editor, uri), "failed")
    assert view["error"]["name"] == "NotConfigured"  # type: ignore[index]
    assert "rehearsal" in view["error"]["message"]  # type: ignore[index]
    assert model.requests == []


async def test_an_answer_without_an_edit_is_text(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    model.faults.default = Fault(text="I would rather not.")
    view = await state(rpc, await document(editor, uri), "answered")
    assert "editId" not in view
    assert editor.texts[uri] == SAMPLE


async def test_a_cut_off_answer_is_never_a_proposal(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    text = "```python\ndef add_numbers(a, b):\n    return"
    model.faults.default = Fault(text=text, stop_reason="max_tokens")
    view = await state(rpc, await document(editor, uri), "answered", "failed")
    assert "editId" not in view


async def test_a_malformed_configuration_names_file_key_and_what_is_used(
    editor: Editor, rpc: Rpc, config: Path
) -> None:
    config.write_text("confidence_target = 7\n", encoding="utf-8")
    uri = await start(editor)
    said = " ".join(m["message"] for m in rpc.of("window/showMessage"))
    assert "confidence_target" in said
    assert "config.toml" in said
    await state(rpc, await document(editor, uri), "proposed")


async def test_a_malformed_budget_holds_paid_calls_and_names_file_key_and_line(
    editor: Editor, rpc: Rpc, model: RehearsalServer, config: Path
) -> None:
    config.write_text('[budget]\nday_usd = "much"\n', encoding="utf-8")
    uri = await start(editor)
    view = await state(rpc, await document(editor, uri), "failed")
    assert view["error"]["name"] == "NotConfigured"  # type: ignore[index]
    message = view["error"]["message"]  # type: ignore[index]
    assert "budget.day_usd" in message
    assert "config.toml" in message
    assert "2" in message
    assert model.requests == []


async def test_an_ignored_file_is_never_sent(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    (editor.root / ".tierwiseignore").write_text("sample.py\n", encoding="utf-8")
    uri = await start(editor)
    view = await state(rpc, await document(editor, uri), "failed")
    assert view["error"]["name"] == "Ignored"  # type: ignore[index]
    assert model.requests == []


async def test_a_secret_never_leaves_and_comes_back_in_the_edit(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await start(editor)
    secret = "ghp_" + "a1B2c3D4e5" * 4
    text = f'def connect(host):\n    return login(host, "{secret}")\n'
    uri = editor.open("keys.py", text)
    params = {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 2)}
    started = await rpc.request("tierwise/task/start", params)
    view = await state(rpc, started["taskId"], "proposed")
    assert secret not in str(model.requests)
    resolve = {"editId": view["editId"], "action": "apply"}
    assert (await rpc.request("tierwise/edit/resolve", resolve))["applied"] is True
    assert secret in editor.texts[uri]


async def test_an_untrusted_workspace_sends_nothing(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start(OWN, initializationOptions={"trusted": False})
    uri = editor.open("sample.py")
    view = await state(rpc, await document(editor, uri), "failed")
    assert view["error"]["name"] == "Untrusted"  # type: ignore[index]
    assert model.requests == []
    rpc.notify("tierwise/trust/didChange", {"trusted": True})
    await state(rpc, await document(editor, uri), "proposed")


async def test_a_proposal_outside_the_workspace_is_left_out(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    block = "../outside.py\n<<<<<<< SEARCH\n=======\nevil = 1\n>>>>>>> REPLACE"
    model.faults.default = Fault(text=block)
    await state(rpc, await document(editor, uri), "answered", "proposed", "failed")
    assert not (editor.root.parent / "outside.py").exists()


async def test_a_secret_in_the_instruction_never_leaves(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await start(editor)
    secret = "ghp_" + "z9Y8x7W6v5" * 4
    await rpc.request("tierwise/chat/send", {"prompt": f"why is {secret} refused?"})
    assert model.requests
    assert secret not in str(model.requests)
