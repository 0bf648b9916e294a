"""The least that has to work, in the latest workbench and in the oldest that is supported."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .rig import tools
from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]
BOTH = pytest.mark.parametrize("version", [tools.LATEST, tools.OLDER])


@BOTH
def test_a_question_is_answered_by_a_tier_that_is_named(desk: Desk) -> None:
    desk.model.answers("It adds **two numbers**.")
    panel = desk.open("sample.py").show_panel()
    panel.ask("what does add_numbers do?")
    panel.answered()
    expect(panel.body.locator("strong")).to_have_text("two numbers")
    expect(panel.head.locator(".tier")).to_have_text("Haiku")
    assert len(desk.model.requests()) == 1
