"""What one test has before it: a window, a workspace, a model, and the ledger of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from tests.support.loopback import Loopback

from .code_server import CodeServer
from .ledger import LedgerFile
from .paid import unshown
from .profile import Profile
from .workbench import Workbench


class Desk:
    """Opens windows on one workspace, all in one browser profile.

    With a `profile` of somebody else's, its first window may be one that is taken over; with none
    the profile is its own.
    """

    def __init__(
        self,
        code: CodeServer,
        browser: Browser,
        model: Model,
        workspace: Path,
        state: Path,
        config: Path,
        profile: Profile | None = None,
    ) -> None:
        self.code, self.model = code, model
        self.workspace, self.state, self.config = workspace, state, config
        self.profile = profile or Profile(browser)
        self._latest: Workbench | None = None

    @property
    def ledger(self) -> LedgerFile:
        """The ledger of the servers of this test."""
        return LedgerFile(self.state)

    @property
    def context(self) -> BrowserContext:
        """The browser profile: what the workbench keeps of a user lies here."""
        return self.profile.context

    @property
    def foreign(self) -> list[str]:
        """What was asked of other machines; must stay empty."""
        return self.profile.foreign

    def check(self) -> None:
        """That nothing left this machine, and nothing was paid that the client did not show."""
        assert not self.foreign, "nothing beyond this machine is asked"
        calls = len(self.model.requests())
        told = self.code.told if self.code.vsix is None else None
        found = unshown(told, self.ledger, calls)
        assert not found, found

    def environment(self, **more: str) -> None:
        """Set what the next language servers find: a state folder, a configuration, the model."""
        self.code.use(
            {
                "TIERWISE_STATE_DIR": str(self.state),
                "TIERWISE_CONFIG": str(self.config),
                "ANTHROPIC_API_KEY": "test-key-of-nobody",
                "ANTHROPIC_BASE_URL": self.model.base_url,
                **more,
            }
        )

    def open(self, *names: str) -> Workbench:
        """A window with some files of the workspace open; it is ready when this returns."""
        files = [self.workspace / name for name in names]
        window = self.profile.take()
        if window is None:
            page = self.context.new_page()
            window = Workbench(page, self.code.url(self.workspace, *files)).open()
        else:
            window.begin_anew(files)
            self.model.begin()
        self._latest = window
        return window

    def leave(self) -> None:
        """Leave the window that was opened last to the next desk of this profile."""
        if self._latest is not None:
            self.profile.leave(self._latest)

    def close(self, folder: Path | None = None) -> None:
        """Close the windows; with a folder, keep a picture of each there first."""
        if folder is not None:
            self.profile.pictures(folder)
        self.profile.close()


class Model:
    """The loopback model as one test sees it: its own faults, its own requests."""

    def __init__(self, server: Loopback) -> None:
        self._server = server
        server.faults(clear=True)
        self.begin()

    def begin(self) -> None:
        """Count from here on: what was asked before was not asked by this test."""
        self._before = len(self._server.requests())

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return self._server.base_url

    def requests(self) -> list[dict[str, Any]]:
        """The bodies it was sent since the test began."""
        return self._server.requests()[self._before :]

    def answers(self, text: str, **more: Any) -> None:
        """Let every answer from here on be that text, at the pace of `delay` seconds a piece."""
        self._server.faults(default={"text": text, **more})

    def faults(self, **settings: Any) -> None:
        """Set faults as the loopback model takes them."""
        self._server.faults(**settings)
