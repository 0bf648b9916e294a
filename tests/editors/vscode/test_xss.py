"""Whatever a model writes, nothing of it runs, loads, or changes the page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]
PAYLOADS: list[str] = json.loads((Path(__file__).parent / "payloads.json").read_text("utf-8"))
AT_ONCE = 12
"""Payloads of one answer, each a part of its own, so that none is swallowed by another."""
CHECK = """() => [
  window.xss, document.querySelectorAll('.body :is(script, style, img, svg, math, iframe, object,'
    + 'embed, form, input, video, audio, link, meta, base, template, [style], [id])').length,
  [...document.querySelectorAll('.body *')].filter(
    (n) => [...n.attributes].some((a) => a.name.startsWith('on'))).length,
]"""


class Canary:
    """A server on loopback that nothing may ever ask."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(200)
                self.send_header("access-control-allow-origin", "*")
                self.end_headers()

            do_POST = do_HEAD = do_OPTIONS = do_GET

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_hundred_attacks_run_nothing_and_load_nothing(desk: Desk, canary: Canary) -> None:
    assert len(set(PAYLOADS)) >= 100
    window = desk.open("sample.py")
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    window.page.on("dialog", refuse)
    panel = window.show_panel()
    groups = [PAYLOADS[at : at + AT_ONCE] for at in range(0, len(PAYLOADS), AT_ONCE)]
    pages = len(desk.context.pages)
    for number, group in enumerate(groups):
        text = "\n\n".join(f"part {number}.{n}\n\n{payload}" for n, payload in enumerate(group))
        desk.model.answers(f"{text}\n\n---\n\nend {number}".replace("CANARY", canary.address))
        panel.button("New conversation").click()
        expect(panel.turns).to_have_count(0)
        panel.ask(f"attack {number}")
        panel.answered()
        expect(panel.body).to_contain_text("part")
        for frame in window.page.frames:
            xss, elements, handlers = frame.evaluate(CHECK)
            assert xss is None, group
            assert elements == 0, group
            assert handlers == 0, group
        for link in panel.body.locator("a").all()[:3]:
            link.dispatch_event("mouseover")
    window.page.remove_listener("dialog", refuse)
    assert not dialogs
    assert not canary.heard
    assert len(desk.context.pages) == pages, "no window is opened"
    assert top_is_clean(window.page)


def test_a_link_is_followed_only_by_the_editor_and_only_where_it_may_go(desk: Desk) -> None:
    links = "[page](https://example.invalid/) and [file](sample.py#L8) and [bad](command:x)"
    desk.model.answers(links)
    window = desk.open()
    panel = window.show_panel()
    panel.ask("links please")
    panel.answered()
    expect(panel.body.locator("a")).to_have_text(["page", "file"])
    panel.body.locator("a").filter(has_text="file").click()
    window.page.locator('.tab[data-resource-name="sample.py"]').wait_for()
    window.page.get_by_role("button", name="Ln 8, Col 1").wait_for()
    panel.body.locator("a").filter(has_text="page").click()
    window.page.get_by_text("to open the external website?").wait_for()
    window.press("Escape")


def top_is_clean(page: Page) -> bool:
    """Whether the workbench itself has nothing of an attack in it."""
    found: bool = page.evaluate("() => window.xss === undefined")
    return found
