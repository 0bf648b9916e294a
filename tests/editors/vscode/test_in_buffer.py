"""A proposal in its file, as an option beside the diff, in a workbench of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.support.loopback import Loopback

from .rig import tools
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model
from .test_edit import TWO, ask, opened
from .test_several import BOTH_FILES, OTHER

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]


@pytest.fixture
def in_buffer(
    browser: Browser, loopback: Loopback, workspace: Path, config: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk whose proposals are shown in their files."""
    settings: dict[str, Any] = {
        "tierwise.preview.open": "inBuffer",
        "comments.openView": "never",
    }
    with CodeServer(tools.LATEST, **settings) as code:
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        desk.environment()
        yield desk
        desk.check()
        desk.close()


def test_as_an_option_hunks_are_shown_in_the_buffer_and_settled_there(in_buffer: Desk) -> None:
    in_buffer.model.answers(TWO)
    window = opened(in_buffer)
    before = window.text
    ask(window, last=9)
    hunks = window.page.locator(".review-widget:visible")
    expect(hunks).to_have_count(2)
    expect(hunks.first).to_contain_text("Add two numbers")
    expect(hunks.first).to_contain_text("Haiku")
    expect(window.diff_tab).to_have_count(0)
    assert window.text.strip() == before.strip(), "nothing changes before apply"
    hunks.first.locator("a").filter(has_text="Apply").click()
    window.until(lambda: '"""Add two numbers' in window.text, "the first hunk in the file")
    expect(hunks).to_have_count(1)
    hunks.first.locator("a").filter(has_text="Discard").click()
    expect(hunks).to_have_count(0)
    assert "Greet" not in window.text


def test_of_a_file_that_nobody_has_open_the_lines_that_go_are_shown_too(in_buffer: Desk) -> None:
    (in_buffer.workspace / "other.py").write_text(OTHER, encoding="utf-8")
    in_buffer.model.answers(BOTH_FILES)
    window = opened(in_buffer)
    ask(window, "rename add_numbers to add, in other.py as well")
    hunk = window.page.locator(".review-widget:visible")
    expect(hunk.first).to_contain_text("+ def add(a, b):")
    window.focus_editor("sample.py")
    window.quick_open(in_buffer.workspace / "other.py")
    expect(hunk.first).to_contain_text("- print(add_numbers(1, 2))")
    expect(hunk.first).to_contain_text("+ print(add(1, 2))")
