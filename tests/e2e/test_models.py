"""What an operator sees over the wire when a model does not answer, or will not for long."""

from __future__ import annotations

from pathlib import Path

from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

OPUS = "claude-opus-5-5"


async def test_a_plain_client_is_asked_about_a_long_wait_and_shown_who_stands_in(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    config.write_text('[floors.actions]\ndocument = "opus"\n', encoding="utf-8")
    model.faults.by_model[OPUS] = Fault(status=429, kind="rate_limit_error", retry_after="120")
    editor.choice = "Use Sonnet"
    await editor.start("neovim")
    uri = editor.open("sample.py")
    params = {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
    await editor.run({"command": "tierwise.task.start", "arguments": [params]})
    await rpc.until(lambda: editor.shown or len(editor.questions) > 1)
    assert "rate limited; the server asks to wait 2 min" in editor.questions[0]
    said = [p["value"].get("message", "") for p in rpc.of("$/progress")]
    assert any("waiting for your answer" in text for text in said)
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    assert any("Discard" in action["title"] for action in actions), "a proposal waits"
    status = await rpc.request("tierwise/status")
    assert (status["tier"], status["routed"]) == ("sonnet", "opus")
    assert "Opus is rate limited; Sonnet answers (you said yes)" in status["tooltip"]


async def test_a_model_that_leaves_soon_is_said_at_the_start_with_the_one_to_set(
    editor: Editor, rpc: Rpc, config: Path
) -> None:
    config.write_text(
        '[[tiers]]\nname = "haiku"\nmodel = "claude-haiku-5-5"\nmax_tokens = 4096\n'
        '[[tiers]]\nname = "opus"\nmodel = "claude-opus-4-20250514"\n',
        encoding="utf-8",
    )
    await editor.start("vscode")
    await rpc.request("tierwise/status")

    def told() -> list[str]:
        return [
            p["message"] for p in rpc.of("window/showMessage") if "claude-opus-4" in p["message"]
        ]

    await rpc.until(told)
    assert "retired and no longer answers. Set claude-opus-5-5." in told()[0]
