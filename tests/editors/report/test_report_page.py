"""The page of a report in a real browser: readable without scripts, by keyboard, by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from tests.editors.vscode.rig import tools
from tests.editors.vscode.rig.browser import ARGUMENTS
from typer.testing import CliRunner

from tierwise.cli.commands import app

pytestmark = pytest.mark.editors
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    env = {"TIERWISE_STATE_DIR": str(folder), "TIERWISE_CONFIG": str(folder / "none")}
    done = CliRunner().invoke(app, ["report", "--demo", "--out", str(folder / "r.html")], env=env)
    assert done.exit_code == 0, done.output
    return folder / "r.html"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_runs_off_the_screen_and_axe_finds_nothing(
    browser: Browser, page_file: Path, scheme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # the checker is a script; the page itself allows none
    )
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_it_is_read_whole_without_scripts_and_loads_nothing(
    browser: Browser, page_file: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    text = page.inner_text("body")
    for said in ("invented", "Spend per day", "Said against kept", "The dearest tasks"):
        assert said in text
    assert page.locator("svg").count() == 3
    assert asked == [page_file.as_uri()]
    assert "<script" not in page_file.read_text(encoding="utf-8")
    context.close()


def test_what_scrolls_can_be_reached_by_keyboard(browser: Browser, page_file: Path) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(page_file.as_uri())
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))
    assert "Table: The dearest tasks" in reached
    page.close()


def test_the_page_prints(browser: Browser, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator("nav").is_visible()
    page.close()
