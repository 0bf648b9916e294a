"""What goes with a question: files, the selection, a tier, an action; and all of it by keyboard."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import expect

from .rig.desk import Desk
from .rig.panel import Panel
from .rig.workbench import Workbench

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]


def test_files_and_the_selection_go_with_a_question(desk: Desk) -> None:
    (desk.workspace / "other.py").write_text("SECRET_OF_OTHER = 41\n", encoding="utf-8")
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.select_lines(4, 5)
    panel = window.show_panel()
    panel.frame.get_by_role("button", name="+ sample.py:4–5").click()
    panel.prompt.press_sequentially("compare with @oth")
    option = panel.frame.get_by_role("option").filter(has_text="other.py")
    expect(option).to_be_visible()
    panel.prompt.press("Enter")
    expect(panel.frame.locator(".composer .chip")).to_have_text(["sample.py:4–5", "other.py"])
    panel.prompt.press("Enter")
    panel.answered()
    expect(panel.last.locator(".asked .chip")).to_have_text(["sample.py:4–5", "other.py"])
    sent = str(desk.model.requests()[-1]["messages"])
    assert "SECRET_OF_OTHER" in sent
    assert 'kind=\\"selection\\"' in sent or 'kind="selection"' in sent
    assert "compare with" in sent


def test_an_action_by_slash_proposes_an_edit_that_is_applied_from_the_inbox(desk: Desk) -> None:
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.go_to(4, 5)
    panel = window.show_panel()
    panel.prompt.press_sequentially("/doc")
    expect(panel.frame.get_by_role("option")).to_have_count(1)
    panel.prompt.press("Enter")
    expect(panel.prompt).to_have_value("/document ")
    panel.prompt.press("Enter")
    panel.answered("proposed")
    expect(panel.last.locator(".proposal .files li")).to_contain_text("sample.py")
    assert panel.body.inner_text() == "", "the raw edit is not shown, its proposal is"
    panel.tab("Inbox")
    item = panel.frame.locator(".inbox .item")
    expect(item).to_have_count(1)
    expect(panel.frame.locator(".inbox .count")).to_have_text("1 proposal waits")
    panel.button("Next proposal").click()
    expect(item).to_be_focused()
    item.get_by_role("button", name="Apply").click()
    expect(item.locator(".became")).to_have_text("Applied")
    window.until(lambda: '"""Add numbers' in window.text, "the documented function")
    item.get_by_role("button", name="Undo").click()
    window.until(lambda: '"""Add numbers' not in window.text, "the text as it was")
    window.until(lambda: desk.ledger.kinds()[-1:] == ["undone"], "the outcome")
    panel.tab("Usage")
    today = panel.frame.locator('.use[data-scope="today"]')
    expect(today.locator(".sum")).to_contain_text("1 task")
    expect(today.locator("tbody th")).to_have_text("Haiku")
    expect(today.locator(".saved")).to_contain_text("saved against Opus")


def test_everything_is_done_by_keyboard(desk: Desk) -> None:
    desk.model.answers("one")
    window = desk.open("sample.py")
    window.command("Focus on Chat View")
    panel = window.panel()
    expect(panel.prompt).to_be_focused()
    window.page.keyboard.type("@op")
    expect(panel.frame.get_by_role("option").first).to_have_text(re.compile("@opus"))
    window.press("Enter")
    window.page.keyboard.type("what is this?")
    window.press("Enter")
    panel.answered()
    expect(panel.head.locator(".tier")).to_have_text(re.compile("(^|→ )Opus"))
    assert desk.model.requests()[-1]["model"] == "claude-opus-5-5"
    desk.model.answers("two")
    walk_to(window, panel, "Regenerate with the same tier", "Shift+Tab")
    window.press("Enter")
    expect(panel.body).to_have_text("two")
    panel.answered()  # Only what is over has buttons below it.
    walk_to(window, panel, "Regenerate with another tier", "Tab")
    window.press("Enter")
    expect(panel.frame.get_by_role("menuitem").first).to_be_focused()
    window.press("ArrowDown", "Escape")
    expect(panel.frame.get_by_role("menu")).to_have_count(0)
    walk_to(window, panel, "Chat", "Shift+Tab", role="tab")
    window.press("ArrowRight")
    expect(panel.frame.get_by_role("tab", name="Inbox")).to_have_attribute("aria-selected", "true")
    window.press("ArrowRight")
    expect(panel.frame.locator('.use[data-scope="project"]')).to_be_visible()


def walk_to(
    window: Workbench, panel: Panel, name: str, key: str, role: Literal["button", "tab"] = "button"
) -> None:
    """Press a key until a control has the focus; every control must be within reach."""
    wanted = panel.frame.locator(":focus").and_(panel.frame.get_by_role(role, name=name))
    for _ in range(40):
        if wanted.count():
            return
        window.press(key)
    raise AssertionError(f"{name} is not reached by {key}")
