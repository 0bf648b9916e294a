"""From a selection to an edit in the file and back, as a person does it in a real workbench."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .rig.desk import Desk
from .rig.workbench import Workbench

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

ONE = '''\
sample.py
<<<<<<< SEARCH
    return a + b
=======
    """Add two numbers."""
    return a + b
>>>>>>> REPLACE
'''
TWO = f'''\
{ONE}
sample.py
<<<<<<< SEARCH
    print(f"hello {{name}}")
=======
    """Greet somebody."""
    print(f"hello {{name}}")
>>>>>>> REPLACE
'''
SLOW = 0.5
"""Seconds between two pieces of an answer whose way is to be seen."""


def opened(desk: Desk) -> Workbench:
    """A window with the sample open and the server ready."""
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    window.focus_editor("sample.py")
    return window


def ask(window: Workbench, text: str = "document these functions", last: int = 5) -> None:
    """Select from the first function to a line and say what should change."""
    window.select_lines(4, last)
    window.command("Tierwise: Edit...")
    window.say(text)


def test_a_code_action_becomes_a_diff_an_edit_and_one_undo(desk: Desk) -> None:
    desk.model.answers(f"{ONE}\n{'That is all there is to it. ' * 8}", delay=SLOW)
    window = opened(desk)
    before = window.text
    window.select_lines(4, 5)
    window.code_action("docs")
    expect(window.tier).to_contain_text("Haiku")
    expect(window.tier.locator(".codicon-sync")).to_be_visible()
    expect(window.head).to_contain_text("working")
    window.until(
        lambda: '"""Add two numbers' in window.beside_lines, "the hunk while it is written"
    )
    assert window.text == before, "what grows is drawn, not written"
    expect(window.diff_tab).to_have_text(re.compile(r"Haiku · sample\.py \(proposed\)"))
    window.show_file("sample.py")
    window.until(lambda: "writing" not in window.beside_lines, "the mark to go")
    expect(window.tier).to_contain_text("Haiku · edit waits")
    window.show_file("sample.py")
    expect(window.head).to_contain_text("Haiku")
    assert window.text == before, "nothing changes before apply"
    window.lens("Apply").click()
    window.until(lambda: "Add two numbers" in window.text, "the edit")
    expect(window.tier).to_contain_text(re.compile(r"\d¢"))
    expect(window.diff_tab).to_have_count(0)
    window.focus_editor("sample.py")
    window.press("Control+z")
    window.until(lambda: window.text == before, "one undo to take it back")
    assert "applied" in desk.ledger.kinds()


def test_the_lens_overrides_a_task_that_runs_and_its_discard_is_logged(desk: Desk) -> None:
    desk.model.answers(ONE, delay=SLOW)
    window = opened(desk)
    before = window.text
    ask(window)
    window.until(lambda: desk.model.requests(), "the first request")
    window.lens("Use Sonnet").click()
    expect(window.tier).to_contain_text("Haiku → Sonnet")
    expect(window.diff_tab).to_have_text(re.compile(r"Haiku → Sonnet · sample\.py"))
    assert [r["model"].split("-")[1] for r in desk.model.requests()] == ["haiku", "sonnet"]
    window.press("Control+Alt+t", "d")
    expect(window.diff_tab).to_have_count(0)
    window.until(lambda: "discarded" in desk.ledger.kinds(), "the outcome")
    assert "superseded" in desk.ledger.kinds()
    assert window.text == before


def test_hunks_are_applied_and_discarded_one_by_one(desk: Desk) -> None:
    desk.model.answers(TWO)
    window = opened(desk)
    ask(window, last=9)
    expect(window.diff_tab).to_be_visible()
    shown = window.page.locator(".monaco-diff-editor .codelens-decoration")
    expect(shown.filter(has_text="Apply this hunk")).to_have_count(2)
    expect(shown.filter(has_text="Apply all 2")).to_contain_text("Haiku")
    window.press("Control+Alt+t", "n")
    window.press("Control+Alt+t", "h")
    window.until(lambda: "partlyApplied" in desk.ledger.kinds(), "the first hunk")
    expect(shown.filter(has_text=re.compile("Apply.*Discard"))).to_have_count(1)
    expect(window.tier).to_contain_text("1 left")
    expect(window.tier.locator(".codicon-check")).to_have_count(0)
    window.show_file("sample.py")
    window.until(
        lambda: ("Greet" in window.text) != ("Add two" in window.text), "one hunk in the file"
    )
    window.press("Control+Alt+t", "j")
    window.until(lambda: set(desk.ledger.states().values()) <= {"partlyApplied", "applied"}, "it")
    expect(window.diff_tab).to_have_count(0)
    assert ("Greet" in window.text) != ("Add two" in window.text), "the other hunk is not"
    expect(window.tier).not_to_contain_text("left")
    expect(window.lens("Discard")).to_have_count(0)


def test_a_changed_file_is_said_and_never_overwritten(desk: Desk) -> None:
    desk.model.answers(ONE.replace("    return a + b\n>>>", "    return sum((a, b))\n>>>"))
    window = opened(desk)
    ask(window)
    expect(window.diff_tab).to_be_visible()
    window.show_file("sample.py")
    window.go_to(5, 5)
    window.press("Control+Shift+k")
    expect(window.head).to_contain_text("File changed")
    expect(window.toasts.filter(has_text="File changed").first).to_be_visible()
    changed = window.text
    desk.model.answers("Nothing to do.")
    window.lens("Redo").click()
    window.until(lambda: len(desk.model.requests()) == 2, "the second request")
    expect(window.panel().body).to_have_text("Nothing to do.")
    assert window.text == changed


def test_an_explanation_streams_in_the_panel_while_the_keyboard_stays_in_the_code(
    desk: Desk,
) -> None:
    desk.model.answers(
        'It **adds**. <img src="http://192.0.2.1/x.png"> ![x](http://192.0.2.1/y.png)'
    )
    window = opened(desk)
    window.select_lines(4, 5)
    window.command("Tierwise: Explain")
    panel = window.panel()
    panel.answered()
    expect(panel.last.locator(".prompt")).to_have_text("/explain")
    expect(panel.last.locator(".asked .chip")).to_have_text("sample.py:4–5")
    expect(panel.head.locator(".tier")).to_have_text(re.compile("^Haiku"))
    expect(panel.body.locator("strong")).to_have_text("adds")
    assert panel.body.locator("img").count() == 0
    expect(window.editor.locator("textarea, .native-edit-context").first).to_be_focused()


def test_a_wish_names_its_tier_and_a_wrong_name_is_said_before_anything_is_sent(desk: Desk) -> None:
    desk.model.answers(ONE)
    window = opened(desk)
    window.select_lines(4, 5)
    window.command("Tierwise: Edit...")
    box = window.page.locator(".quick-input-widget")
    box.locator("input").first.fill("@haikku document this")
    expect(box).to_contain_text("There is no tier 'haikku'")
    box.locator("input").first.fill("@opus document this")
    expect(box).to_contain_text("Opus, by you")
    box.locator("input").first.press("Enter")
    expect(window.diff_tab).to_be_visible()
    assert [r["model"] for r in desk.model.requests()] == ["claude-opus-5-5"]
