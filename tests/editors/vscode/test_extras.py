"""The editor's own chat as another way in, where the editor has such a thing.

VS Code 1.100 takes participants and no providers, and offers a participant only beside a model of
somebody else's; so both are driven in the newer workbench alone.
"""

from __future__ import annotations

import re
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

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]


@pytest.fixture
def chatting(
    browser: Browser, loopback: Loopback, workspace: Path, config: Path, tmp_path: Path
) -> Iterator[Desk]:
    """A desk in a workbench that shows its own chat, without agents: ours calls no tools."""
    settings: dict[str, Any] = {"chat.disableAIFeatures": False, "chat.agent.enabled": False}
    with CodeServer(tools.LATEST, **settings) as code:
        desk = Desk(code, browser, Model(loopback), workspace, tmp_path / "state", config)
        desk.environment()
        yield desk
        desk.close()


def test_the_participant_names_its_tier_and_our_model_is_offered(chatting: Desk) -> None:
    chatting.model.answers("It adds **two numbers**.")
    window = chatting.open("sample.py")
    expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
    window.command("Chat: Open Chat")
    expect(window.page.locator(".interactive-input-part")).to_contain_text("Auto (Tierwise)")
    say(window, "@tierwise what does add_numbers do?")
    answer = window.page.locator(".interactive-response").last
    expect(answer).to_contain_text(re.compile(r"(Haiku|Sonnet|Opus)"))
    expect(answer.locator("strong").last).to_have_text("two numbers")
    assert len(chatting.model.requests()) == 1
    window.until(lambda: chatting.ledger.answering(), "the decision in the ledger")


def say(window: Workbench, text: str) -> None:
    """Write a message into the editor's own chat and send it."""
    part = window.page.locator(".interactive-input-part")
    part.locator(".native-edit-context, textarea").first.focus()
    window.page.keyboard.type(text)
    expect(part.locator(".view-lines")).to_contain_text(text.split()[-1])
    window.press("Escape", "Enter")
