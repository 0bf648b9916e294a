"""A group of the night queue in the panel's inbox: applied as a whole, and taken back."""

from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect
from tests.support.environment import kept
from tests.support.night import SERVER

from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(240)]


def test_a_group_is_applied_and_taken_back_by_its_row_and_by_the_command(desk: Desk) -> None:
    desk.config.write_text("rehearsal = true\n[budget]\nnight_usd = 1.0\n", encoding="utf-8")
    night(desk, "queue", "add", "Add docstrings", "sample.py", "--action", "document", "--yes")
    night(desk, "work", "--once")
    window = desk.open("sample.py")
    before = window.text
    panel = window.show_panel()
    panel.frame.get_by_role("tab", name="Inbox").click()
    row = panel.frame.locator(".inbox [data-group]")
    expect(row).to_have_count(1)
    apply = row.get_by_role("button", name="Apply all that passed")
    undo = row.get_by_role("button", name="Undo this group")
    expect(undo).to_have_count(0)
    apply.click()
    expect(undo).to_be_visible()
    expect(apply).to_have_count(0)
    window.until(lambda: window.text != before, "the edits")
    undo.click()
    window.until(lambda: window.text == before, "the file as it was")
    window.command("Tierwise: Undo Group of the Night")
    expect(window.toasts.filter(has_text="no group is applied").first).to_be_visible()


def night(desk: Desk, *arguments: str) -> None:
    """A command of the queue, on the workspace and the state folder of a desk."""
    places = {"TIERWISE_STATE_DIR": str(desk.state), "TIERWISE_CONFIG": str(desk.config)}
    done = subprocess.run(
        [sys.executable, "-m", "tierwise", *arguments],
        capture_output=True,
        text=True,
        cwd=desk.workspace,
        env={**kept(), "PYTHONPATH": SERVER, **places},
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
