"""What one test has before it: a window, a workspace, a model, and the ledger of the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Request
from tests.support.loopback import Loopback

from .code_server import CodeServer
from .ledger import LedgerFile
from .workbench import Workbench

_RESOURCES = ".vscode-resource.vscode-cdn.net"
"""The made-up host of a webview's own files: a worker of the workbench answers for it."""
SIZE = {"width": 1280, "height": 800}


@dataclass
class Desk:
    """Opens windows on one workspace, all in one browser profile. `foreign` must stay empty."""

    code: CodeServer
    browser: Browser
    model: Model
    workspace: Path
    state: Path
    config: Path
    foreign: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    _context: BrowserContext | None = None

    @property
    def ledger(self) -> LedgerFile:
        """The ledger of the servers of this test."""
        return LedgerFile(self.state)

    @property
    def context(self) -> BrowserContext:
        """The browser profile: what the workbench keeps of a user lies here."""
        if self._context is None:
            self._context = self.browser.new_context(viewport=SIZE, **self.options)
            self._context.on("request", self._seen)
        return self._context

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
        page = self.context.new_page()
        return Workbench(page, self.code.url(self.workspace, *files)).open()

    def close(self, folder: Path | None) -> None:
        """Close the windows; with a folder, keep a picture of each there first."""
        if self._context is None:
            return
        for number, page in enumerate(self._context.pages):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=folder / f"{number}.png")
        self._context.close()

    def _seen(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob", "about"):
            return
        own = (address.hostname or "").endswith(_RESOURCES)
        if address.hostname not in ("127.0.0.1", "localhost") and not own:
            self.foreign.append(request.url)


class Model:
    """The loopback model as one test sees it: its own faults, its own requests."""

    def __init__(self, server: Loopback) -> None:
        self._server = server
        server.faults(clear=True)
        self._before = len(server.requests())

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
