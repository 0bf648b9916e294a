"""The status item and what is said when money, a model, the server or trust is short."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.support.loopback import Loopback

from .rig import tools
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model
from .rig.workbench import Workbench
from .test_edit import ONE, SLOW, ask, opened

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]


def test_a_budget_warns_at_80_per_cent_pauses_at_100_and_goes_on_once_raised(desk: Desk) -> None:
    desk.config.write_text("[budget]\nday_usd = 0.02\nsoft_at = 0.001\n", encoding="utf-8")
    desk.model.answers(ONE)
    window = opened(desk)
    ask(window)
    expect(window.diff_tab).to_be_visible()
    expect(window.tier).to_have_class(re.compile("warning"))
    expect(window.toasts.filter(has_text="of the day budget").first).to_be_visible()
    window.press("Control+Alt+t", "a")
    desk.config.write_text("[budget]\nday_usd = 0\n", encoding="utf-8")
    expect(window.tier).to_contain_text("Paused")
    expect(window.tier).to_have_class(re.compile("error"))
    asked = len(desk.model.requests())
    ask(window, "document this once more")
    question = window.toasts.filter(has_text="Paused: today's budget").first
    expect(question).to_be_visible()
    assert len(desk.model.requests()) == asked, "a paused budget pays for nothing"
    question.get_by_role("button", name="Raise today's budget by $1").click()
    window.until(lambda: len(desk.model.requests()) > asked, "the task to go on")
    expect(window.tier).not_to_contain_text("Paused")


def test_a_failover_shows_who_stands_in_for_whom(desk: Desk) -> None:
    desk.model.faults(
        default={"text": ONE, "delay": SLOW},
        by_model={"claude-haiku-5-5": {"status": 529, "kind": "overloaded_error"}},
    )
    window = opened(desk)
    ask(window)
    expect(window.tier).to_contain_text("Haiku → Sonnet")
    expect(window.head).to_contain_text("overloaded")
    expect(window.diff_tab).to_have_text(re.compile(r"Haiku → Sonnet · sample\.py"))


def test_a_killed_server_comes_back_with_its_session_pins(desk: Desk) -> None:
    desk.model.answers(ONE)
    window = opened(desk)
    window.command("Tierwise: Pin a Tier...")
    window.pick("This session")
    window.pick("Sonnet")
    expect(window.tier).to_contain_text("Sonnet pinned")
    os.kill(server_of(desk), signal.SIGKILL)
    expect(window.toasts.filter(has_text="being started again").first).to_be_visible()
    expect(window.tier).to_contain_text("Sonnet pinned")
    ask(window)
    expect(window.diff_tab).to_be_visible()
    assert [r["model"] for r in desk.model.requests()] == ["claude-sonnet-5-5"]


def test_without_a_key_the_ways_on_are_offered_and_rehearsal_is_labelled(desk: Desk) -> None:
    desk.environment(ANTHROPIC_API_KEY="")
    window = desk.open("sample.py")
    expect(window.tier).to_contain_text("Set a key")
    window.focus_editor("sample.py")
    window.select_lines(4, 5)
    window.command("Tierwise: Edit...")
    panel = window.panel()
    expect(panel.setup).to_contain_text("ANTHROPIC_API_KEY")
    expect(window.page.locator(".quick-input-widget")).to_be_hidden()
    panel.ask("and what does this do?")
    expect(panel.last).to_contain_text("Waits for the set-up")
    assert desk.model.requests() == []
    panel.button("Try Rehearsal").click()
    window.say("rename a to first")
    panel.answered()
    expect(window.tier).to_contain_text("Rehearsal")
    expect(window.diff_tab).to_have_text(re.compile("Rehearsal · Haiku"))
    assert desk.model.requests() == []
    window.command("Tierwise: Leave Rehearsal")
    expect(window.tier).not_to_contain_text("Rehearsal")


@pytest.fixture
def restricted(
    browser: Browser, loopback: Loopback, workspace: Path, config: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk in a workbench that asks for trust before it gives any."""
    settings: dict[str, Any] = {"security.workspace.trust.startupPrompt": "never"}
    with CodeServer(tools.LATEST, trust=True, **settings) as code:
        code.configure(**{"tierwise.server.command": [str(code.launcher), "serve"]})
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        desk.environment()
        yield desk
        desk.check()
        desk.close()


def test_an_untrusted_workspace_sends_nothing_until_it_is_trusted(restricted: Desk) -> None:
    restricted.model.answers(ONE)
    window = opened(restricted)
    ask(window)
    refused = window.toasts.filter(has_text="not trusted").first
    expect(refused).to_be_visible()
    assert restricted.model.requests() == []
    refused.get_by_role("button", name="Manage Trust").click()
    trust = re.compile("^Trust$|Trust Folder|Trust Workspace")
    window.page.get_by_role("button", name=trust).first.click()
    leave_modal_editor(window)
    window.focus_editor("sample.py")
    ask(window)
    expect(window.diff_tab).to_be_visible()
    assert len(restricted.model.requests()) == 1


def leave_modal_editor(window: Workbench) -> None:
    """Close the trust page: where it is modal, the keyboard may not be in it when trust changes."""
    block = window.page.locator(".monaco-modal-editor-block")
    for _ in range(20):
        window.press("Escape")
        try:
            expect(block).to_have_count(0, timeout=1_000)
        except AssertionError:
            block.first.click(position={"x": 4, "y": 4})
        else:
            return


def server_of(desk: Desk) -> int:
    """The process of the language server of this desk."""
    found = subprocess.run(
        ["pgrep", "-f", "tierwise serve"], capture_output=True, text=True, check=False
    )
    for pid in map(int, found.stdout.split()):
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if f"TIERWISE_STATE_DIR={desk.state}".encode() in environ.split(b"\0"):
            return pid
    raise AssertionError("no server of this desk runs")
