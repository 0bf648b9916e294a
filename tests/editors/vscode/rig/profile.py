"""One browser profile, what it asked of the world, and the window it hands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Request, ViewportSize

from .workbench import Workbench

_RESOURCES = ".vscode-resource.vscode-cdn.net"
"""The made-up host of a webview's own files: a worker of the workbench answers for it."""
SIZE: ViewportSize = {"width": 1280, "height": 800}


class Profile:
    """What the workbench keeps of a user lies in `context`. `foreign` must stay empty.

    A window is what a test waits for longest, so one that is left in order serves the next test
    too: `leave` puts it by, `take` gives it out. Whatever is not in order is closed.
    """

    def __init__(self, browser: Browser, **options: Any) -> None:
        self._browser, self._options = browser, options
        self._context: BrowserContext | None = None
        self._left: Workbench | None = None
        self.foreign: list[str] = []

    @property
    def context(self) -> BrowserContext:
        """The profile itself, made when it is first needed."""
        if self._context is None:
            self._context = self._browser.new_context(viewport=SIZE, **self._options)
            self._context.on("request", self._seen)
        return self._context

    def take(self) -> Workbench | None:
        """The window that was left, if one was."""
        window, self._left = self._left, None
        return window

    def leave(self, window: Workbench) -> None:
        """Keep a window for whoever comes next, if it is the only one and can be tidied."""
        if self.context.pages != [window.page]:
            self.close()
            return
        try:
            window.tidy()
        except Exception:
            self.close()
            raise
        self._left = window

    def pictures(self, folder: Path) -> None:
        """Keep a picture of each window."""
        if self._context is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self._context.pages):
            page.screenshot(path=folder / f"{number}.png")

    def close(self) -> None:
        """Close the windows; the next one begins with an empty profile."""
        self._left = None
        if self._context is not None:
            self._context.close()
            self._context = None

    def _seen(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob", "about"):
            return
        own = (address.hostname or "").endswith(_RESOURCES)
        if address.hostname not in ("127.0.0.1", "localhost") and not own:
            self.foreign.append(request.url)
