"""What is before the operator goes along with a question: priced, removable, never asked about."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.server import RehearsalServer

CHAT = {
    "experimental": {"tierwise": {"task": True, "chat": True, "preview": True}},
    "window": {"showMessage": {}},
}
TILL = "def price(bread):\n    return bread.weight * 2\n\n\ndef canary_of_below():\n    return 1\n"
LINES = "sel.lines"
KEY = f'api_key = "{"q8Zr2Lx0Vb7" * 3}"\n'


def cursor(line: int) -> dict[str, Any]:
    at = {"line": line, "character": 4}
    return {"start": at, "end": at}


def sent(model: RehearsalServer) -> str:
    return str(model.requests[-1]["messages"])


async def opened(editor: Editor, name: str = "till.py", text: str = TILL) -> str:
    (editor.root / name).write_text(text, encoding="utf-8")
    await editor.start(CHAT)
    return editor.open(name)


async def test_the_definition_at_the_cursor_goes_along_with_its_price_and_counts(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await opened(editor)
    asked = {"prompt": "why twice?", "focus": {"uri": uri, "range": cursor(1)}}
    offer = await rpc.request("tierwise/chat/focus", asked)
    assert offer["label"] == "price in till.py"
    assert offer["title"].startswith("price in till.py \u00b7 ")
    assert offer["title"].endswith("\u00a2")
    assert (offer["firstLine"], offer["lastLine"]) == (1, 2)
    assert 0 < offer["tokens"] < 30
    assert offer["costUsd"] > 0
    assert not model.requests, "an offer sends nothing"
    reply = await rpc.request("tierwise/chat/send", asked)
    assert "return bread.weight * 2" in sent(model)
    assert "canary_of_below" not in sent(model)
    bare = await rpc.request("tierwise/chat/send", {"prompt": "why twice?"})
    with_it, without = reply["decision"]["signals"], bare["decision"]["signals"]
    assert with_it[LINES] > 0, "it counts in the routing"
    assert without.get(LINES, 0) == 0


async def test_a_selection_goes_as_it_is(editor: Editor, rpc: Rpc, model: RehearsalServer) -> None:
    uri = await opened(editor)
    asked = {"prompt": "why?", "focus": {"uri": uri, "range": editor.span(uri, 1, 2)}}
    offer = await rpc.request("tierwise/chat/focus", asked)
    assert offer["title"].startswith("till.py:2 \u00b7 ")
    await rpc.request("tierwise/chat/send", asked)
    assert 'kind="selection"' in sent(model)
    assert "def price" not in sent(model)


@pytest.mark.parametrize("how", ["taken off", "selected", "attached", "not said"])
async def test_what_was_taken_off_or_named_otherwise_is_not_implied(
    editor: Editor, rpc: Rpc, model: RehearsalServer, how: str
) -> None:
    uri = await opened(editor)
    other = {"uri": uri, "range": editor.span(uri, 4, 6)}
    ways: dict[str, dict[str, Any]] = {
        "taken off": {"focus": {"uri": uri, "range": cursor(1)}, "implicit": False},
        "selected": {"focus": {"uri": uri, "range": cursor(1)}, "selection": other},
        "attached": {"focus": {"uri": uri, "range": cursor(1)}, "references": [{"uri": uri}]},
        "not said": {},
    }
    asked = {"prompt": "why twice?", **ways[how]}
    assert (await rpc.request("tierwise/chat/focus", asked)).get("title") is None
    await rpc.request("tierwise/chat/send", asked)
    assert sent(model).count("bread.weight") == (1 if how in ("selected", "attached") else 0)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("till.py", TILL, (".gitignore", "till.py\n")),
        ("till.py", TILL, (".tierwiseignore", "till.py\n")),
        ("till.py", KEY, (".gitignore", "")),
        ("../till.py", TILL, (".gitignore", "")),
        (".env", "BREAD=weight\n", (".gitignore", "")),
    ],
)
async def test_what_an_attached_file_would_be_asked_about_is_neither_asked_about_nor_sent(
    editor: Editor, rpc: Rpc, model: RehearsalServer, name: str, text: str, rule: tuple[str, str]
) -> None:
    (editor.root / rule[0]).write_text(rule[1], encoding="utf-8")
    uri = await opened(editor, name, text)
    asked = {"prompt": "why twice?", "focus": {"uri": uri, "range": cursor(0)}}
    assert (await rpc.request("tierwise/chat/focus", asked)).get("title") is None
    reply = await rpc.request("tierwise/chat/send", asked)
    assert reply["stopReason"] == "end_turn"
    assert not editor.questions
    assert "weight" not in sent(model).lower()
    assert "api_key" not in sent(model)
    assert reply["decision"]["signals"].get(LINES, 0) == 0, "nor does it count"


async def test_in_a_window_without_trust_nothing_goes(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await editor.start(CHAT, initializationOptions={"trusted": False})
    uri = editor.open("till.py", TILL)
    asked = {"prompt": "why twice?", "focus": {"uri": uri, "range": cursor(1)}}
    assert (await rpc.request("tierwise/chat/focus", asked)).get("title") is None
    with pytest.raises(RpcError) as refused:
        await rpc.request("tierwise/chat/send", asked)
    assert refused.value.name == "Untrusted"
    assert not model.requests


@pytest.mark.parametrize(
    "focus",
    [
        {"uri": "file:///nowhere/at/all.py"},
        {"uri": "output:tierwise"},
        {"uri": "file:///nowhere/at/all.py", "range": cursor(9)},
    ],
)
async def test_a_place_that_is_not_there_is_none_and_no_mistake(
    editor: Editor, rpc: Rpc, model: RehearsalServer, focus: dict[str, Any]
) -> None:
    await opened(editor)
    asked = {"prompt": "why twice?", "focus": focus}
    assert (await rpc.request("tierwise/chat/focus", asked)).get("title") is None
    assert (await rpc.request("tierwise/chat/send", asked))["stopReason"] == "end_turn"


async def test_what_is_before_them_is_said_with_what_was_sent(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await opened(editor)
    asked = {"prompt": "why twice?", "focus": {"uri": uri, "range": cursor(1)}}
    reply = await rpc.request("tierwise/chat/send", asked)
    told = await rpc.request("tierwise/task/sent", {"taskId": reply["taskId"]})
    assert "till.py" in str(told)
    assert "before you" in str(told)
