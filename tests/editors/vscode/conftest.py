"""Fixtures of the tests that drive a real VS Code: one browser and one code-server for all tests
of a process, and for each a server, a workspace, a conversation and a state folder of its own.

The window is handed from test to test, because starting one takes longer than most tests do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.conftest import SAMPLE
from tests.support.loopback import Loopback

from .rig import tools
from .rig.browser import ARGUMENTS
from .rig.code_server import CodeServer
from .rig.desk import Desk, Model
from .rig.profile import Profile

RESULTS = tools.ROOT / "test-results" / "vscode"
_FAILED = pytest.StashKey[bool]()


@dataclass(frozen=True)
class Room:
    """A workbench that is shared: its windows are on one folder, which each test finds as new."""

    code: CodeServer
    profile: Profile

    def workspace(self) -> Path:
        """The folder with one Python file and nothing else."""
        root = self.code.folder / "orders"
        root.mkdir(exist_ok=True)
        for entry in root.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        (root / "sample.py").write_text(SAMPLE, encoding="utf-8")
        return root


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what needs a workbench of its own: these are the long ones, and processes that
    share the work should not end with one."""
    here = Path(__file__).parent
    places = [at for at, item in enumerate(items) if item.path.is_relative_to(here)]
    ours = sorted((items[at] for at in places), key=_shares_a_window)
    for at, item in zip(places, ours, strict=True):
        items[at] = item


def _shares_a_window(item: pytest.Item) -> bool:
    return "desk" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
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


@pytest.fixture(scope="package")
def rooms(browser: Browser) -> Iterator[Callable[[str], Room]]:
    """The rooms by version, each made when it is first asked for."""
    made: dict[str, Room] = {}
    with ExitStack() as stack:

        def room(version: str) -> Room:
            if version not in made:
                code = stack.enter_context(CodeServer(version))
                made[version] = Room(code, Profile(browser))
            return made[version]

        yield room
        for one in made.values():
            one.profile.close()


@pytest.fixture(scope="package")
def loopback() -> Iterator[Loopback]:
    """The loopback model of all tests here."""
    with Loopback() as server:
        yield server


@pytest.fixture
def version() -> str:
    """The workbench; a test that is parametrized by it also runs on the older one."""
    return tools.LATEST


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    rooms: Callable[[str], Room],
    version: str,
    browser: Browser,
    loopback: Loopback,
    config: Path,
    tmp_path: Path,
) -> Iterator[Desk]:
    """A desk in the room of a version; what fails leaves its pictures in `test-results`."""
    room = rooms(version)
    workspace = room.workspace()
    state = tmp_path / "state"
    desk = Desk(room.code, browser, Model(loopback), workspace, state, config, room.profile)
    desk.environment()
    yield desk
    if request.node.stash.get(_FAILED, False):
        desk.close(RESULTS / request.node.name)
        return
    try:
        desk.check()
    finally:
        desk.leave()
