"""The main job in a real workbench by keys alone: no click, and no focus that the test gives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .rig.desk import Desk
from .rig.workbench import Workbench
from .test_edit import TWO

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]


def write(window: Workbench, text: str, row: str | None = None) -> None:
    """Type into the box that has the keyboard, and leave it by Enter once it lists `row`."""
    expect(window.page.locator(".quick-input-widget input").first).to_be_focused()
    window.page.keyboard.type(text)
    if row is not None:
        rows = window.page.locator(".quick-input-list .monaco-list-row").filter(has_text=row)
        expect(rows.first).to_be_visible()
    window.press("Enter")
    window.page.locator(".quick-input-widget").wait_for(state="hidden")


def ask(window: Workbench) -> None:
    """Select both functions of the file and say what should change."""
    expect(window.editor).to_have_class(re.compile(r"\bfocused\b"))
    window.press("Control+g")
    write(window, ":4")
    window.press(*["Shift+ArrowDown"] * 5, "Control+Alt+t", "e")
    write(window, "document these functions")
    expect(window.diff_tab).to_be_visible()
    shown = window.page.locator(".monaco-diff-editor .codelens-decoration")
    expect(shown.filter(has_text="Apply this hunk")).to_have_count(2)


def test_the_main_job_is_done_by_keys_alone(desk: Desk) -> None:
    desk.model.answers(TWO)
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    window.press("Control+p")
    write(window, "sample.py", "sample.py")
    before = window.text
    ask(window)
    window.press("Control+Alt+t", "n")
    window.press("Control+Alt+t", "h")
    window.until(lambda: "partlyApplied" in desk.ledger.kinds(), "the first hunk")
    window.press("Control+Alt+t", "a")
    window.until(lambda: "applied" in desk.ledger.kinds(), "the rest")
    expect(window.diff_tab).to_have_count(0)
    window.press("Control+1")
    window.until(lambda: window.text.count('"""') == 4, "both hunks in the file")
    expect(window.editor).to_have_class(re.compile(r"\bfocused\b"))
    window.press("Control+z", "Control+z")
    window.until(lambda: window.text == before, "the file as it was")
    expect(window.lens("Discard")).to_be_visible()  # What was taken back waits again.
    window.press("Control+Alt+t", "d")
    window.until(lambda: "discarded" in desk.ledger.kinds(), "it to be discarded")
    expect(window.tier).not_to_contain_text("preview")
    assert window.text == before
