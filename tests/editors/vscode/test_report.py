"""The usage tab with what an agent did through the gateway, and the whole report opened from it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Error, expect
from tests.support.environment import kept
from tests.support.night import SERVER

from .rig.desk import Desk

pytestmark = [pytest.mark.editors, pytest.mark.timeout(240)]
HEADING = re.compile(r"^Tierwise: \d{4}-\d\d-\d\d to ")


def test_a_task_of_the_gateway_is_counted_and_the_report_is_opened(desk: Desk) -> None:
    with gateway(desk) as (url, token):
        ask(url, token, desk.workspace, "fix the typo in README")
    desk.model.begin()
    window = desk.open("sample.py")
    panel = window.show_panel()
    panel.frame.get_by_role("tab", name="Usage").click()
    project = panel.frame.locator('.use[data-scope="project"]')
    expect(project.locator(".sum")).to_contain_text("1 task")
    expect(project.locator("tbody tr")).to_have_count(1)
    panel.frame.get_by_role("button", name="Open the whole report").click()
    expect(window.page.get_by_role("tab", name="Tierwise report")).to_be_visible()

    def drawn() -> bool:
        """Whether a page of the window is the report; the panel's own page has no heading."""
        headed = (frame.locator("h1", has_text=HEADING) for frame in window.page.frames)
        with suppress(Error):
            return any(heading.count() == 1 for heading in headed)
        return False

    window.until(drawn, "the report")
    assert [*desk.state.rglob("report.html")], "the same page for any browser"


@contextmanager
def gateway(desk: Desk) -> Iterator[tuple[str, str]]:
    """A gateway on the state folder of a desk: where it listens, and its token for models."""
    places = {
        "TIERWISE_STATE_DIR": str(desk.state),
        "TIERWISE_CONFIG": str(desk.config),
        "ANTHROPIC_API_KEY": "test-key-of-nobody",
        "ANTHROPIC_BASE_URL": desk.model.base_url,
    }
    command = [sys.executable, "-m", "tierwise", "gateway", "--port", "0", "--json"]
    env = {**kept(), "PYTHONPATH": SERVER, **places}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        try:
            yield said["url"], Path(said["tokenFile"]).read_text(encoding="utf-8").strip()
        finally:
            process.terminate()


def ask(url: str, token: str, project: Path, words: str) -> None:
    """A turn of an agent in a project."""
    body = {
        "model": "claude-auto",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": words}],
    }
    headers = {
        "x-api-key": token,
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "x-tierwise-project": str(project),
    }
    with urlopen(Request(f"{url}/v1/messages", json.dumps(body).encode(), headers)) as answer:
        assert answer.status == 200
        assert answer.headers["x-tierwise-task"]
