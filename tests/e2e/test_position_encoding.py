"""Positions in the encoding that was negotiated, whichever client it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.editor import PROFILES, Editor

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.reading import read
from tierwise.models.rehearsal.server import RehearsalServer

LINE = "größe = 'naïve 🎉 café'  # 日本\n"
UTF_16 = (2, 17)
UNITS = {
    "vscode": UTF_16, "neovim": (2, 22), "eglot": (2, 16), "vim-lsp": UTF_16, "bare": UTF_16,
}  # fmt: skip


@pytest.mark.parametrize("client", sorted(PROFILES))
async def test_a_selection_behind_wide_characters_is_the_one_that_was_made(
    editor: Editor, model: RehearsalServer, workspace: Path, client: str
) -> None:
    (workspace / "odd.py").write_text(LINE + "b = 1\n", encoding="utf-8")
    model.faults.queue = [Fault(text="```python\nSMALL\n```")]
    await editor.start(client)
    uri = editor.open("odd.py")
    first, last = UNITS[client]
    where = {"start": {"line": 0, "character": first}, "end": {"line": 0, "character": last}}
    started = await editor.rpc.request(
        "tierwise/task/start",
        {
            "action": "edit",
            "instruction": "smaller",
            "textDocument": {"uri": uri},
            "range": where,
        },
    )
    await editor.rpc.until(lambda: model.requests)
    piece = read(str(model.requests[0]["messages"][-1]["content"])).selection
    assert started["taskId"]
    assert piece is not None
    assert piece.text == "öße = 'naïve 🎉"
