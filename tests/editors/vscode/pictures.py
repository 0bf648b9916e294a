"""Pictures of the main moments in light and dark: `pytest tests/editors/vscode/pictures.py`.

They are kept in `docs/pictures` and looked at by a person; nothing here judges them.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .rig import tools
from .rig.desk import Desk
from .test_edit import SLOW, TWO, ask, opened

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]
KEPT = tools.ROOT / "docs" / "pictures"
FADED_IN = "node => node.getAnimations({ subtree: true }).length === 0"
THEMES = {"light": "Default Light Modern", "dark": "Default Dark Modern"}


@pytest.mark.parametrize("theme", THEMES)
def test_pictures_of_an_edit(desk: Desk, theme: str) -> None:
    desk.close()  # A window that is open already keeps its theme.
    desk.code.configure(**{"workbench.colorTheme": THEMES[theme]})
    desk.config.write_text("[budget]\nday_usd = 5\n", encoding="utf-8")
    desk.model.answers(TWO, delay=SLOW)
    window = opened(desk)
    window.select_lines(4, 5)
    window.code_action_menu()
    window.screenshot(KEPT / f"actions-{theme}.png")
    window.press("Escape")
    ask(window)
    expect(window.head).to_contain_text("working")
    window.until(lambda: "Greet" in window.beside_lines, "the hunks that grow")
    window.screenshot(KEPT / f"working-{theme}.png")
    expect(window.diff_tab).to_be_visible()
    diff = window.page.locator(".monaco-diff-editor").first
    expect(diff).to_contain_text("Greet somebody")
    expect(diff.locator(".codelens-decoration").filter(has_text="Apply this hunk")).to_have_count(2)
    window.screenshot(KEPT / f"proposal-{theme}.png")
    window.show_file("sample.py")
    expect(window.head).to_contain_text("Apply all")
    window.tier.hover()
    hover = window.page.locator(".monaco-hover:visible").last
    expect(hover).to_contain_text("Forecast")
    window.until(lambda: hover.evaluate(FADED_IN), "the tooltip to be drawn whole")
    window.screenshot(KEPT / f"tier-{theme}.png")
