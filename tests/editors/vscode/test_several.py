"""A proposal over several files, as the editor's own multi-diff."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]
OTHER = "from sample import add_numbers\n\nprint(add_numbers(1, 2))\n"
BOTH_FILES = """\
sample.py
<<<<<<< SEARCH
def add_numbers(a, b):
=======
def add(a, b):
>>>>>>> REPLACE

other.py
<<<<<<< SEARCH
from sample import add_numbers

print(add_numbers(1, 2))
=======
from sample import add

print(add(1, 2))
>>>>>>> REPLACE
"""


def test_several_files_are_one_multi_diff_applied_and_taken_back_at_once(desk: Desk) -> None:
    (desk.workspace / "other.py").write_text(OTHER, encoding="utf-8")
    desk.model.answers(BOTH_FILES)
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.go_to(4, 5)
    before = window.text
    panel = window.show_panel()
    panel.prompt.press_sequentially("/refactor rename add_numbers to add, here and in @oth")
    panel.frame.get_by_role("option").filter(has_text="other.py").wait_for()
    panel.prompt.press("Enter")
    panel.prompt.press("Enter")
    panel.answered("proposed")
    card = panel.last.locator(".proposal")
    expect(card.locator(".files li .path")).to_have_text(["sample.py", "other.py"])

    card.get_by_role("button", name="Show diff").click()
    expect(window.diff_tab).to_have_text(re.compile(r"· sample\.py, other\.py \(proposed\)"))
    diff = window.page.locator(".multiDiffEditor, .multi-diff-editor").first
    expect(diff.locator(".monaco-diff-editor")).to_have_count(2)
    expect(diff).to_contain_text("def add(a, b):")
    expect(diff).to_contain_text("print(add(1, 2))")

    expect(diff.locator(".codelens-decoration").filter(has_text="Apply this hunk")).to_have_count(2)
    buttons = window.page.locator(".editor-actions")
    for words in ("Discard", "One tier up"):
        expect(buttons.get_by_role("button", name=words, exact=True)).to_have_text(words)
    buttons.get_by_role("button", name="Apply", exact=True).click()
    expect(card.locator(".became")).to_have_text("Applied")
    expect(window.diff_tab).to_have_count(0)
    other = desk.workspace / "other.py"
    window.until(lambda: "print(add(1, 2))" in other.read_text(), "the other file, saved")
    expect(window.page.locator('.tab[data-resource-name="other.py"]')).to_have_count(0)
    window.until(lambda: "def add(a, b):" in window.text, "the edit of the first file")
    card.get_by_role("button", name="Undo").click()
    window.until(lambda: window.text == before, "the first file as it was")
    window.until(lambda: other.read_text() == OTHER, "the other file as it was, saved")
