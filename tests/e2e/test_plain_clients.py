"""Editors that only speak LSP: what was paid for is seen there, and nothing is applied unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.editor import PROFILES, Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

pytestmark = pytest.mark.timeout(120)

PLAIN = ("eglot", "vim-lsp", "bare")
"""Clients that cannot open a document for the server."""
LONG = "It adds two numbers.\n\n" + "".join(f"- step **{n}** of it\n" for n in range(30))
SHORT = "It adds two numbers."


async def start(editor: Editor, profile: str) -> str:
    await editor.start(profile)
    return editor.open("sample.py")


async def ask(editor: Editor, rpc: Rpc, uri: str, title: str) -> None:
    """Take a code action on the lines of `add_numbers`."""
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    await editor.run(next(a for a in actions if title in a["title"])["command"])


async def told(rpc: Rpc, part: str) -> str:
    """The message that says this, once it is there."""

    def found() -> str | None:
        said = [p["message"] for p in rpc.of("window/showMessage")]
        return next((text for text in said if part in text), None)

    return str(await rpc.until(found))


async def hovered(rpc: Rpc, uri: str) -> dict[str, str]:
    at = {"textDocument": {"uri": uri}, "position": {"line": 4, "character": 5}}
    contents: dict[str, str] = (await rpc.request("textDocument/hover", at))["contents"]
    return contents


@pytest.mark.parametrize("answer", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("profile", PLAIN)
async def test_a_text_answer_reaches_the_client(
    editor: Editor, rpc: Rpc, model: RehearsalServer, profile: str, answer: str
) -> None:
    uri = await start(editor, profile)
    model.faults.queue.append(Fault(text=answer))
    await ask(editor, rpc, uri, "Explain")
    message = await told(rpc, "It adds two numbers.")
    assert message.startswith("Tierwise: It adds two numbers."), "the answer comes first"
    assert "**" not in message
    contents = await hovered(rpc, uri)
    assert contents["value"].startswith("It adds two numbers.")
    assert "Tierwise · " in contents["value"], "and who gave it below"
    if answer is LONG:
        assert "hover at sample.py:4" in message
        path = Path(message.rpartition(" or ")[2].removesuffix("."))
        assert "- step **29** of it" in path.read_text(encoding="utf-8")
        assert len(message) < 900


@pytest.mark.parametrize("profile", list(PROFILES))
async def test_hover_is_markdown_only_where_the_client_says_so(
    editor: Editor, rpc: Rpc, model: RehearsalServer, profile: str
) -> None:
    uri = await start(editor, profile)
    model.faults.queue.append(
        Fault(text="Use **this**:\n\n```python\nx = a ** b ** c\n```\n\n![i]")
    )
    await ask(editor, rpc, uri, "Explain")
    await rpc.until(lambda: rpc.of("window/showMessage") or editor.shown)
    contents = await hovered(rpc, uri)
    formats = PROFILES[profile].get("textDocument", {}).get("hover", {}).get("contentFormat", [])
    if "markdown" in formats:
        assert contents["kind"] == "markdown"
        assert "```python\nx = a ** b ** c\n```" in contents["value"]
        return
    assert contents["kind"] == "plaintext"
    assert "Use this:\n\nx = a ** b ** c\n\n![i]" in contents["value"]
    assert "```" not in contents["value"]


@pytest.mark.parametrize("profile", ["eglot", "vim-lsp"])
async def test_a_proposal_waits_quietly_where_there_are_code_actions(
    editor: Editor, rpc: Rpc, profile: str
) -> None:
    uri = await start(editor, profile)
    before = editor.texts[uri]
    editor.choice = "Apply"
    await ask(editor, rpc, uri, "Add docs")
    message = await told(rpc, "is ready")
    assert "sample.py:4" in message
    assert len([p for p in rpc.of("window/showMessage") if "is ready" in p["message"]]) == 1
    assert editor.questions == [], "nothing is asked"
    assert editor.texts[uri] == before
    assert '+    """Add numbers' in (await hovered(rpc, uri))["value"]
    await ask(editor, rpc, uri, "Tierwise: Show diff")
    path = (await told(rpc, "It is in ")).removeprefix("Tierwise: It is in ").removesuffix(".")
    assert '+    """Add numbers' in Path(path).read_text(encoding="utf-8")
    await ask(editor, rpc, uri, "Tierwise: Apply")
    await rpc.until(lambda: editor.texts[uri] != before)
    assert editor.questions == []


async def test_without_code_actions_the_diff_is_shown_before_anything_is_asked(
    editor: Editor, rpc: Rpc
) -> None:
    uri = await start(editor, "bare")
    before = editor.texts[uri]
    asked: list[dict[str, Any]] = []
    seen: list[str] = []

    def answer(params: dict[str, Any]) -> Any:
        asked.append(params)
        seen.extend(p["message"] for p in rpc.of("window/showMessage"))
        return {"title": params["actions"][0]["title"]}

    rpc.answers["window/showMessageRequest"] = answer
    await ask(editor, rpc, uri, "Add docs")
    await rpc.until(lambda: asked)
    assert any('+    """Add numbers' in text for text in seen)
    titles = [action["title"] for action in asked[0]["actions"]]
    assert titles[0] != "Apply"
    assert "Apply" in titles
    await rpc.request("tierwise/status")
    assert editor.texts[uri] == before, "a stray Enter applies nothing and discards nothing"
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    assert any(action["title"] == "Tierwise: Apply" for action in actions)


PYTHON = ("a.py", "python", "# tw: name it plus", "def add(a, b):\n    return a + b\n")
TYPESCRIPT = (
    "a.ts", "typescript", "// tw: name it plus", "function add(a, b) {\n  return a + b\n}\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("blank", "at", "file"),
    [
        ("", "comment", PYTHON),
        ("\n", "comment", PYTHON),
        ("\n\n", "comment", PYTHON),
        ("    \n", "comment", PYTHON),
        ("\n", "function", PYTHON),
        ("\n\n", "function", TYPESCRIPT),
        ("", "function", TYPESCRIPT),
        ("\n", "comment", TYPESCRIPT),
    ],
)
async def test_a_comment_is_about_the_code_below_blank_lines(
    editor: Editor, rpc: Rpc, model: RehearsalServer, blank: str, at: str, file: tuple[str, ...]
) -> None:
    name, language, comment, code = file
    await start(editor, "eglot")
    text = f"one = 1\n\n{comment}\n{blank}{code}\ntwo = 2\n"
    (editor.root / name).write_text(text, encoding="utf-8")
    uri = editor.open(name, text, language)
    line = 2 if at == "comment" else text[: text.index(code)].count("\n")
    here = {"line": line, "character": 0}
    actions = await editor.actions(uri, {"start": here, "end": here})
    (action,) = [a for a in actions if a["title"].startswith("Tierwise: Do this comment")]
    new = code.replace("add(", "plus(")
    model.faults.queue.append(Fault(text=f"```\n{new}```\n"))
    await editor.run(action["command"])
    await told(rpc, "is ready")
    actions = await editor.actions(uri, {"start": here, "end": here})
    await editor.run(
        next(a for a in actions if a["title"].startswith("Tierwise: Apply"))["command"]
    )
    await rpc.until(lambda: editor.texts[uri] != text)
    assert editor.texts[uri] == f"one = 1\n\n{blank}{new}\ntwo = 2\n"


@pytest.mark.parametrize("profile", ["eglot", "vim-lsp", "vscode"])
async def test_what_cannot_be_done_now_is_a_reason_and_no_title(
    editor: Editor, rpc: Rpc, profile: str
) -> None:
    """A file that cannot be edited: the name of the action stays what it is."""
    await start(editor, profile)
    (editor.root / ".aiignore").write_text("hidden.py\n", encoding="utf-8")
    text = "# tw: name it plus\ndef add(a, b):\n    return a + b\n"
    uri = editor.open("hidden.py", text)
    here = {"line": 0, "character": 0}
    actions = await editor.actions(uri, {"start": here, "end": here})
    mine = [a for a in actions if a["kind"] == "refactor.rewrite.tierwise.edit"]
    if any("disabled" in action for action in mine):
        assert not any(a["command"]["command"] == "tierwise.queue.add" for a in actions)
    for action in mine:
        if action["command"]["command"] == "tierwise.queue.add":
            continue
        assert action["title"].startswith("Tierwise: Do this comment")
        if "disabled" in action:
            assert profile != "eglot", "it does not say that it shows reasons"
            with pytest.raises(RpcError, match=action["disabled"]["reason"][:20]):
                await editor.run(action["command"])


@pytest.mark.parametrize("profile", list(PROFILES))
@pytest.mark.parametrize("lines", [(3, 5), (3, 3)], ids=["selection", "cursor"])
async def test_what_needs_words_does_not_come_first_without_input(
    editor: Editor, rpc: Rpc, profile: str, lines: tuple[int, int]
) -> None:
    uri = await start(editor, profile)
    actions = await editor.actions(uri, editor.span(uri, *lines))
    now = [a for a in actions if a["command"]["command"] != "tierwise.queue.add"]
    assert now == actions[: len(now)], "the night comes last"
    names = [a["kind"].rpartition(".")[2] for a in now]
    assert names[-1] in ("edit", "generate")
    assert names[0] == "explain"
