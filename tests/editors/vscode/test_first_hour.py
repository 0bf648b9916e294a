"""A fresh profile to its first applied edit, counted in clicks and groups of keystrokes."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect
from tests.support.loopback import Loopback

from .rig import tools
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model
from .rig.workbench import Workbench
from .test_edit import ONE

pytestmark = [pytest.mark.editors, pytest.mark.timeout(590)]
MADE_WITHIN = 240_000
"""Milliseconds in which an environment is made; a bound for failures."""
MOST = 6
"""Clicks or groups of keystrokes beside the instruction."""


class Hand:
    """What the operator does, counted: a click, or keys pressed in a row for one thing."""

    def __init__(self, window: Workbench) -> None:
        self.window, self.acts = window, 0

    def click(self, what: Locator) -> None:
        self.acts += 1
        what.click()

    def keys(self, *keys: str) -> None:
        self.acts += 1
        self.window.press(*keys)

    def paste(self, text: str) -> None:
        """Paste into the box that is open, and leave it by Enter."""
        self.acts += 1
        self.window.say(text)


@pytest.fixture
def fresh(
    browser: Browser, loopback: Loopback, workspace: Path, config: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk whose workbench has the VSIX and nothing else: no environment, no key."""
    env = {
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_BASE_URL": loopback.base_url,
    }
    settings: dict[str, Any] = {
        "tierwise.server.python": sys.executable,
        "workbench.welcomePage.walkthroughs.openOnInstall": True,
    }
    with CodeServer(tools.LATEST, vsix=tools.vsix(), env=env, **settings) as code:
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        yield desk
        desk.check()
        desk.close()


def go_to_the_first_function(hand: Hand) -> None:
    """Go to the file and into its first function; nothing is selected."""
    hand.click(hand.window.page.locator('.tab[data-resource-name="sample.py"]'))
    hand.click(hand.window.editor.locator(".view-line").filter(has_text="def add_numbers"))


@pytest.mark.parametrize("way", ["Try Rehearsal", "Set Key"])
def test_the_first_edit_is_applied_within_six_acts(fresh: Desk, way: str) -> None:
    fresh.model.answers(ONE)
    window = fresh.open("sample.py")
    walkthrough = window.page.locator(".gettingStartedContainer")
    expect(walkthrough).to_contain_text("Get started with Tierwise")
    expect(window.tier).to_contain_text("Set up Tierwise")
    hand = Hand(window)
    go_to_the_first_function(hand)
    hand.keys("Control+Alt+t", "e")
    setup = window.panel().setup
    expect(setup).to_contain_text("goes on by itself afterwards")
    hand.click(setup.get_by_role("button", name=way, exact=True))
    if way == "Set Key":
        hand.paste("sk-test-of-nobody")
    expect(setup.get_by_role("progressbar")).to_be_visible()
    box = window.page.locator(".quick-input-widget input").first
    expect(box).to_have_attribute(
        "placeholder", re.compile("What should change"), timeout=MADE_WITHIN
    )
    box.fill("document this function")
    box.press("Enter")
    expect(window.diff_tab).to_be_visible()
    hand.click(window.lens("Apply"))
    expect(window.diff_tab).to_have_count(0)
    window.until(lambda: '"""' in window.text, "the edit in the file")
    assert bool(fresh.model.requests()) == (way == "Set Key")
    print(f"{way}: {hand.acts} acts")
    assert hand.acts <= MOST

    # The walkthrough saw what was done, and does not open again by itself.
    window.command("Welcome: Open Walkthrough...")
    window.pick("Get started with Tierwise")
    ticked = walkthrough.locator(".getting-started-step .complete")
    expect(ticked).to_have_count(3)
    window.press("Control+s")
    window.page.close()
    window = fresh.open("sample.py")
    expect(window.tier).to_contain_text(re.compile("Auto|Rehearsal"))
    expect(window.page.locator(".gettingStartedContainer")).to_have_count(0)
