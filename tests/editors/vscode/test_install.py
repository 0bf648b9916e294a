"""The VSIX as a user has it: installed, offering its Python environment, answering from there."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.support.loopback import Loopback

from .rig import tools
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model

pytestmark = [pytest.mark.editors, pytest.mark.timeout(590)]
MADE_WITHIN = 240_000
"""Milliseconds in which an environment is made; a bound for failures."""


@pytest.fixture
def installed(
    browser: Browser, loopback: Loopback, workspace: Path, config: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk whose workbench installed the VSIX; pip takes this Python's packages."""
    env = {
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "TIERWISE_STATE_DIR": str(tmp_path / "state"),
        "TIERWISE_CONFIG": str(config),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": loopback.base_url,
    }
    settings: dict[str, Any] = {"tierwise.server.python": sys.executable}
    with CodeServer(tools.LATEST, vsix=tools.vsix(), env=env, **settings) as code:
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        yield desk
        desk.check()
        desk.close()


def test_a_question_waits_for_the_environment_and_is_answered_from_there(installed: Desk) -> None:
    installed.model.answers("It adds **two numbers**.")
    window = installed.open("sample.py")
    expect(window.tier).to_contain_text("Set up Tierwise")
    panel = window.show_panel()
    panel.ask("what does add_numbers do?")
    expect(panel.last).to_contain_text("Waits for the set-up")
    panel.setup.get_by_role("button", name="Create", exact=True).click()
    expect(panel.setup.get_by_role("progressbar")).to_be_visible()
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"), timeout=MADE_WITHIN)
    made = list(installed.code.folder.glob("data/**/environments/*/complete"))
    assert len(made) == 1, "one environment, made to its end"
    assert list(made[0].parent.glob("lib/*/site-packages/tierwise/lsp")), "the server is its own"

    panel.answered()
    expect(panel.setup).to_be_hidden()
    expect(panel.body.locator("strong")).to_have_text("two numbers")
    assert len(installed.model.requests()) == 1
