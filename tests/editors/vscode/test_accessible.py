"""What axe finds on every page of the panel: no violation of WCAG A or AA."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from .rig.desk import Desk
from .rig.panel import Panel
from .test_edit import ONE

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RUN = """tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(found =>
  found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' ')}`))"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(panel: Panel) -> list[str]:
    """What axe finds on the page as it is now."""
    body = panel.frame.locator("body")
    body.evaluate("(_, code) => { (0, eval)(code); }", AXE.read_text(encoding="utf-8"))
    found: list[str] = body.evaluate(f"(_, tags) => ({RUN})(tags)", TAGS)
    return found


def test_no_page_of_the_panel_breaks_a_rule_of_accessibility(desk: Desk) -> None:
    desk.model.answers("A **list**:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n")
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.go_to(5, 5)
    panel = window.show_panel()
    panel.frame.locator(".composer .chip.focus").wait_for()
    assert violations(panel) == []
    panel.ask("what is it?")
    panel.answered()
    assert violations(panel) == []
    desk.model.answers(ONE)
    panel.prompt.fill("/document add a line")
    panel.prompt.press("Enter")
    panel.answered("proposed")
    for page in ("Chat", "Inbox", "Usage"):
        panel.tab(page)
        assert violations(panel) == [], page
    panel.tab("Chat")
    panel.prompt.press_sequentially("/")
    expect(panel.frame.get_by_role("option").first).to_be_visible()
    assert violations(panel) == [], "the completions"
