"""Money in the panel: the bar, the cap, and the ways on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]


def test_the_bar_shows_what_was_spent_of_the_cap_and_a_pause_is_said(desk: Desk) -> None:
    desk.config.write_text("[budget]\nday_usd = 5\n", encoding="utf-8")
    window = desk.open("sample.py")
    panel = window.show_panel()
    expect(panel.budget.locator(".figures")).to_have_text("$0.00 of $5.00 today")
    panel.ask("what does add_numbers do?")
    panel.answered()
    expect(panel.budget.locator(".figures")).to_have_text("<$0.01 of $5.00 today")
    expect(panel.frame.get_by_role("meter")).to_have_attribute("aria-valuetext", "<$0.01 / $5.00")
    desk.config.write_text("[budget]\nday_usd = 0\n", encoding="utf-8")
    window.command("Tierwise: Restart Server")
    expect(panel.button("Paused")).to_be_visible()
    asked = len(desk.model.requests())
    panel.ask("and now?")
    panel.answered("failed")
    expect(panel.last.locator(".error")).to_have_text(re.compile("The day budget is 0"))
    expect(panel.last.get_by_role("button", name="Raise…")).to_be_visible()
    assert len(desk.model.requests()) == asked, "nothing is asked beyond the cap"
    panel.last.get_by_role("button", name="Allow this task").click()
    panel.answered()
    assert len(desk.model.requests()) == asked + 1, "what was refused runs once it is allowed"
    panel.ask("and once more?")
    panel.answered("failed")
    panel.last.get_by_role("button", name="Raise…").click()
    window.pick("Raise by $1")
    panel.answered()
    assert len(desk.model.requests()) == asked + 2, "what was refused runs once the cap is raised"


def test_without_a_cap_one_is_set_from_the_menu_and_written_for_the_server(desk: Desk) -> None:
    window = desk.open("sample.py")
    panel = window.show_panel()
    expect(panel.budget.locator(".figures")).to_contain_text("no cap")
    window.command("Tierwise: Budget...")
    window.pick("Set a daily cap")
    window.say("2.50")
    # The server of this desk reads the desk's own file; what the client writes is looked at.
    files = "data/**/tierwise.tierwise/config.toml"
    window.until(
        lambda: any(
            "day_usd = 2.5" in file.read_text(encoding="utf-8")
            for file in desk.code.folder.glob(files)
        ),
        "the cap in the file for the server",
    )
    window.command("Tierwise: Budget...")
    window.pick("Budget settings")
    tab = window.page.locator(".settings-tabs-widget .action-label.checked")
    expect(tab).to_contain_text("Remote")
    day = window.page.locator(".settings-editor .setting-item-contents").filter(has_text="Day Usd")
    expect(day.first.locator("input")).to_have_value("2.5")
    desk.code.configure()


def test_the_dial_is_kept_in_the_operators_own_file_and_says_what_each_setting_means(
    desk: Desk,
) -> None:
    desk.config.write_text("# mine\nsoft_target = 0.6\n", encoding="utf-8")
    window = desk.open("sample.py")
    window.show_panel()
    window.command("Tierwise: When Unsure...")
    rows = window.page.locator(".quick-input-list .monaco-list-row")
    expect(rows).to_have_count(3)
    for row, name in zip(rows.all(), ("Save", "Balanced", "Right first time"), strict=True):
        expect(row).to_contain_text(re.compile(f"{name}.*about .* a week, \\d+ redos?"))
    expect(rows.nth(1)).to_contain_text("current")
    window.pick("Right first time")
    wanted = '# mine\nsoft_target = 0.6\npreference = "right"\n'
    window.until(lambda: desk.config.read_text(encoding="utf-8") == wanted, "the word in the file")
    window.command("Tierwise: When Unsure...")
    expect(rows.nth(2)).to_contain_text("current")
    window.press("Escape")
