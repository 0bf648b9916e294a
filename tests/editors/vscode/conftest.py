"""Fixtures of the tests that drive a real VS Code: one browser and one code-server for all of
them, and for each test a window, a workspace and a state folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.support.loopback import Loopback

from .rig import tools
from .rig.browser import ARGUMENTS
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model

RESULTS = tools.ROOT / "test-results" / "vscode"
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember what failed, so that its window is kept as a picture."""
    report = yield
    if report.when in ("setup", "call") and report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser. It ends with this package: while it runs, no other event loop can."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package", params=[tools.LATEST])
def code_server(request: pytest.FixtureRequest) -> Iterator[CodeServer]:
    """The workbench; a test that takes `BOTH` also runs on the older version."""
    with CodeServer(request.param) as code:
        yield code


@pytest.fixture(scope="package")
def loopback() -> Iterator[Loopback]:
    """The loopback model of all tests here."""
    with Loopback() as server:
        yield server


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    code_server: CodeServer,
    browser: Browser,
    loopback: Loopback,
    workspace: Path,
    config: Path,
    tmp_path: Path,
) -> Iterator[Desk]:
    """A fresh desk; what fails leaves its pictures in `test-results`."""
    desk = Desk(code_server, browser, Model(loopback), workspace, tmp_path / "state", config)
    desk.environment()
    yield desk
    failed = request.node.stash.get(_FAILED, False)
    desk.close(RESULTS / request.node.name if failed else None)
    assert not desk.foreign, "nothing beyond this machine is asked"
