"""The rows below the actions of a menu: why these tiers, another one, the end of rehearsal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .rig.desk import Desk
from .rig.workbench import Workbench
from .test_edit import ONE

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]


def selected(desk: Desk) -> Workbench:
    """A window with a function of the sample selected."""
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text("Auto")
    window.focus_editor("sample.py")
    window.select_lines(4, 5)
    return window


def row(window: Workbench, text: str) -> Locator:
    """A row of the quick pick that is open."""
    return window.page.locator(".quick-input-list .monaco-list-row").filter(has_text=text).first


def test_a_menu_says_why_each_row_has_its_tier_and_runs_the_one_picked(desk: Desk) -> None:
    desk.model.answers(ONE)
    window = selected(desk)
    window.code_action("Cheapest tier likely to do. Why?")
    expect(row(window, "Add docs")).to_contain_text("Haiku: enough for about")
    expect(row(window, "Review")).to_contain_text("Haiku, which would need a redo in about")
    window.pick("Add docs")
    expect(window.tier).to_contain_text("Haiku · edit waits")


def test_a_row_of_a_menu_is_run_on_another_tier(desk: Desk) -> None:
    desk.model.answers(ONE)
    window = selected(desk)
    window.code_action("Another tier for one of these")
    window.pick("Add docs")
    expect(row(window, "Opus")).to_contain_text(re.compile(r"\d¢"))
    window.pick("Opus")
    expect(window.diff_tab).to_contain_text("Haiku → Opus")
    window.show_file("sample.py")
    expect(window.head).to_contain_text("Opus, by you")


def test_rehearsal_is_left_from_the_menu_also_where_a_file_chose_it(desk: Desk) -> None:
    desk.config.write_text("rehearsal = true\n", encoding="utf-8")
    window = selected(desk)
    expect(window.tier).to_contain_text("Rehearsal")
    window.code_action("Leave rehearsal (made-up answers)")
    expect(window.tier).not_to_contain_text("Rehearsal")


def test_a_pin_is_taken_off_at_the_answer_it_chose(desk: Desk) -> None:
    desk.model.answers(ONE)
    window = selected(desk)
    window.command("Tierwise: Pin a Tier...")
    window.pick("This file")
    window.pick("Opus")
    window.code_action("Add docs")
    expect(window.diff_tab).to_contain_text("Haiku → Opus")
    window.until(lambda: "writing" not in window.beside_lines, "the answer")
    window.show_file("sample.py")
    expect(window.head).to_contain_text("Opus, pinned")
    window.lens("Unpin").click()
    window.command("Tierwise: Unpin...")
    expect(window.toasts.filter(has_text="nothing is pinned").first).to_be_visible()


def test_the_panel_takes_a_pin_off_beside_the_answer_it_chose(desk: Desk) -> None:
    desk.model.answers("It adds them.")
    window = selected(desk)
    window.command("Tierwise: Pin a Tier...")
    window.pick("This session")
    window.pick("Opus")
    panel = window.show_panel()
    panel.ask("what does this do?")
    panel.answered()
    expect(panel.head).to_contain_text("Opus, pinned")
    panel.last.get_by_role("button", name="Unpin").click()
    window.pick("Opus")
    window.command("Tierwise: Unpin...")
    expect(window.toasts.filter(has_text="nothing is pinned").first).to_be_visible()
