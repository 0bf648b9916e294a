"""What goes with a question: files, the selection, a tier, an action; and all of it by keyboard."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Literal

import pytest
from playwright.sync_api import TimeoutError, expect

from .rig.desk import Desk
from .rig.panel import Panel
from .rig.workbench import Workbench

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]


PRICE = r" · \d[\d.]*¢"


def test_files_and_the_selection_go_with_a_question(desk: Desk) -> None:
    (desk.workspace / "other.py").write_text("SECRET_OF_OTHER = 41\n", encoding="utf-8")
    (desk.workspace / "more").mkdir()
    (desk.workspace / "more" / "other.py").write_text("SECRET_OF_MORE = 42\n", encoding="utf-8")
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.select_lines(4, 5)
    panel = window.show_panel()
    # Project context is offered once the index is ready, which may be at any time.
    chips = panel.frame.locator(".composer .chip:not(.project)")
    expect(chips).to_have_text([re.compile(f"^sample\\.py:4–5{PRICE}$")])
    panel.prompt.press_sequentially("compare with @oth")
    option = panel.frame.get_by_role("option").filter(has_text="other.py")
    expect(option).to_have_count(2)
    panel.prompt.press("Enter")
    panel.prompt.press_sequentially("and @more/oth")
    expect(option).to_have_count(1)
    panel.prompt.press("Enter")
    expect(panel.prompt).to_have_value("compare with @other.py and @more/other.py ")
    expect(chips).to_have_text([re.compile("^sample"), "other.py", "more/other.py"])
    panel.prompt.press("Enter")
    panel.answered()
    expect(panel.last.locator(".asked .chip")).to_have_text(
        ["sample.py:4–5", "other.py", "more/other.py"]
    )
    sent = str(desk.model.requests()[-1]["messages"])
    assert "SECRET_OF_OTHER" in sent
    assert "SECRET_OF_MORE" in sent
    assert 'kind=\\"selection\\"' in sent or 'kind="selection"' in sent
    assert "compare with @other.py and @more/other.py" in sent


def test_what_is_before_the_operator_goes_along_until_it_is_taken_off_and_that_is_kept(
    desk: Desk,
) -> None:
    (desk.workspace / ".gitignore").write_text("private.py\n", encoding="utf-8")
    (desk.workspace / "private.py").write_text("CANARY_OF_IGNORED = 1\n", encoding="utf-8")
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.go_to(5, 5)
    panel = window.show_panel()
    chip = panel.frame.locator(".composer .chip.focus")
    expect(chip).to_have_text(re.compile(f"^add_numbers in sample\\.py{PRICE}$"))
    panel.ask("what does it do?")
    panel.answered()
    expect(panel.last.locator(".asked .chip")).to_have_text(["add_numbers in sample.py"])
    assert "return a + b" in str(desk.model.requests()[-1]["messages"])

    panel.button("New conversation").click()
    panel.button("Remove add_numbers in sample.py").click()
    expect(chip).to_have_text(re.compile(r"^\+ add_numbers"))
    panel.ask("and now?")
    panel.answered()
    expect(panel.last.locator(".asked .chip")).to_have_count(0)
    assert "return a + b" not in str(desk.model.requests()[-1]["messages"])
    window.page.close()
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.go_to(5, 5)
    panel = window.show_panel()
    chip = panel.frame.locator(".composer .chip.focus")
    expect(chip).to_have_text(re.compile(r"^\+ add_numbers"))
    chip.click()
    expect(chip).to_have_text(re.compile("^add_numbers"))

    window.focus_editor("sample.py")
    window.quick_open(desk.workspace / "private.py")
    window.show_file("private.py")
    expect(chip).to_have_count(0)


def test_project_context_has_a_price_and_goes_along_unless_it_is_removed(desk: Desk) -> None:
    (desk.workspace / "bakery.py").write_text(
        "def price_of_bread(grams):\n    return grams * 3\n", encoding="utf-8"
    )
    panel = desk.open("sample.py").show_panel()
    chip = panel.frame.locator(".composer .chip.project")

    def offered() -> bool:
        """Whether something would go along; at first the folder may not be read yet."""
        panel.prompt.fill("")
        panel.prompt.fill("what does price_of_bread() do?")
        with suppress(TimeoutError):
            chip.wait_for(timeout=2_000)
        return chip.count() > 0

    panel.window.until(offered, "the chip of project context")
    expect(chip).to_contain_text(re.compile(r"^\+[\d.<]+¢ project context"))
    expect(chip).to_have_attribute("title", re.compile("bakery.py"))
    assert not desk.model.requests(), "an offer sends nothing"
    chip.get_by_role("button", name="Remove project context").click()
    expect(chip).to_have_text("Add project context")
    panel.prompt.press("Enter")
    panel.answered()
    assert "return grams * 3" not in str(desk.model.requests()[-1]["messages"])
    panel.button("New conversation").click()
    panel.window.until(offered, "the chip of project context")
    panel.prompt.press("Enter")
    panel.answered()
    assert "return grams * 3" in str(desk.model.requests()[-1]["messages"])


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
