"""The report as an editor asks for it: made beside the server, and opened where the client can."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.e2e.test_money import start
from tests.support.editor import Editor
from tests.support.rpc import Rpc


def path_of(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


async def test_the_page_is_made_in_the_state_folder(
    editor: Editor, rpc: Rpc, env: dict[str, str]
) -> None:
    await start(editor)
    page: dict[str, Any] = await rpc.request("tierwise/report/make", {})
    assert path_of(page["uri"]) == Path(env["TIERWISE_STATE_DIR"]) / "report.html"
    assert "0 tasks" in path_of(page["uri"]).read_text(encoding="utf-8")
    assert page["shown"] is False


async def test_the_example_is_another_page_and_is_marked(editor: Editor, rpc: Rpc) -> None:
    await start(editor)
    page = await rpc.request("tierwise/report/make", {"demo": True})
    assert "invented" in path_of(page["uri"]).read_text(encoding="utf-8")
