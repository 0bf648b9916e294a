"""A chat about the project: what goes along, for how much, and that nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.server import RehearsalServer

CHAT = {"experimental": {"tierwise": {"task": True, "chat": True, "preview": True}}}
FILES = {
    "README.md": "# Bakery\n\nSells bread by weight.\n",
    "shop/till.py": "def price_of(bread):\n    return bread.weight * 2\n",
    "shop/oven.py": "class Oven:\n    def heat_up(self, degrees):\n        return degrees\n",
    "ignored/recipe.py": "def price_of_canary():\n    return 'canary_of_the_recipe'\n",
    ".gitignore": "ignored/\n",
}


async def ready(editor: Editor, rpc: Rpc, names: str = "price_of heat_up") -> None:
    """The folder written, and its index as far as these names: each is defined in a file."""
    for name, text in FILES.items():
        path = editor.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    await editor.start({**CHAT, "window": {"showMessage": {}}})
    asked = {"prompt": f"@project {names}"}
    while len((await rpc.request("tierwise/chat/project", asked))["files"]) < len(names.split()):
        pass  # The first questions come before the folder was read.


def sent(model: RehearsalServer) -> str:
    return str(model.requests[-1]["messages"])


async def test_a_question_that_names_project_things_gets_them_and_says_what_they_cost(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await ready(editor, rpc)
    asked = {"prompt": "what does price_of() do?"}
    offer = await rpc.request("tierwise/chat/project", asked)
    assert offer["title"].startswith("+")
    assert "project context" in offer["title"]
    assert "shop/till.py" in offer["files"]
    assert offer["costUsd"] > 0
    assert not model.requests, "an offer sends nothing"
    await rpc.request("tierwise/chat/send", asked)
    assert "return bread.weight * 2" in sent(model)
    assert "Sells bread by weight" in sent(model)
    assert "canary_of_the_recipe" not in sent(model)
    told = [n for p in rpc.of("tierwise/task/didChange") for n in p.get("notices", ())]
    assert any("of the project that nobody has open (+" in notice for notice in told)


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ({"prompt": "what is a generator?"}, False),
        ({"prompt": "hello, how are you?"}, False),
        ({"prompt": "@project where is it too hot?"}, True),
        ({"prompt": "where is it too hot?", "project": True}, True),
        ({"prompt": "what does price_of() do?", "project": False}, False),
        ({"prompt": "@project what does price_of() do?", "project": False}, False),
    ],
)
async def test_the_project_goes_along_where_it_is_named_or_asked_for_and_not_removed(
    editor: Editor, rpc: Rpc, model: RehearsalServer, asked: dict[str, Any], goes: bool
) -> None:
    await ready(editor, rpc)
    offer = await rpc.request("tierwise/chat/project", asked)
    await rpc.request("tierwise/chat/send", asked)
    assert ("Bakery" in sent(model)) == goes
    assert (offer.get("title") is not None) == goes
    assert "@project" not in sent(model)


async def test_an_edit_is_shown_its_callers_and_what_it_uses_from_closed_files(
    editor: Editor, rpc: Rpc, model: RehearsalServer, config: Path
) -> None:
    (editor.root / "helper.py").write_text("def scale_by(n):\n    return n * 3\n")
    (editor.root / "caller.py").write_text("from a import weigh\n\nprint(weigh(4))\n")
    (editor.root / "test_a.py").write_text(
        "from a import weigh\n\n\ndef test_weigh():\n    assert weigh(1) == 3\n"
    )
    (editor.root / "a.py").write_text(
        "from helper import scale_by\n\n\ndef weigh(n):\n    return scale_by(n)\n"
    )
    await ready(editor, rpc, "price_of heat_up scale_by test_weigh")
    uri = editor.open("a.py")
    asked = {
        "action": "edit", "textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5),
        "instruction": "make it round its result",
    }  # fmt: skip
    await rpc.request("tierwise/task/start", asked)
    await rpc.until(lambda: model.requests)
    for shown in ("return n * 3", "print(weigh(4))", "assert weigh(1) == 3"):
        assert shown in sent(model)
