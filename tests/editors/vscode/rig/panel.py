"""The panel of ours in a window: what is asked there, what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import FrameLocator, Locator, expect

if TYPE_CHECKING:
    from .workbench import Workbench


class Panel:
    """The page within the webview's two frames."""

    def __init__(self, window: Workbench, frame: FrameLocator) -> None:
        self.window, self.frame = window, frame

    @property
    def prompt(self) -> Locator:
        """Where a question is written."""
        return self.frame.locator(".composer textarea")

    @property
    def turns(self) -> Locator:
        """The questions with their answers."""
        return self.frame.locator(".turn")

    @property
    def last(self) -> Locator:
        """The latest question with its answer."""
        return self.turns.last

    @property
    def head(self) -> Locator:
        """Who gives the latest answer, and why."""
        return self.last.locator(".head")

    @property
    def body(self) -> Locator:
        """The text of the latest answer."""
        return self.last.locator(".body")

    @property
    def said(self) -> Locator:
        """What a screen reader was told last."""
        return self.frame.locator(".announcer")

    @property
    def budget(self) -> Locator:
        """The budget bar with its figures."""
        return self.frame.locator(".budget")

    @property
    def setup(self) -> Locator:
        """What is missing before anything can be answered."""
        return self.frame.locator(".setup")

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.frame.get_by_role("button", name=name, exact=True)

    def ask(self, text: str) -> Locator:
        """Ask, and return the turn once it is in view."""
        before = self.turns.count()
        self.prompt.fill(text)
        self.prompt.press("Enter")
        turn = self.turns.nth(before)
        turn.wait_for()
        return turn

    def answered(self, state: str = "answered") -> Locator:
        """Wait until the latest answer is over; its turn."""
        expect(self.last).to_have_attribute("data-state", state)
        return self.last

    def tab(self, name: str) -> None:
        """Go to a part of the panel."""
        self.frame.get_by_role("tab", name=name).click()
