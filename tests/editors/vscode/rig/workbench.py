"""A window of VS Code as a person uses it: keys, menus, status bar, notifications, panel."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Locator, Page, TimeoutError, expect

from .keys import BEGIN, BEGUN, FOCUS, TIDY
from .panel import Panel

T = TypeVar("T")
WAIT = 60.0
"""Seconds a test waits for what must come; a bound for failures, never a bar."""
EXTENSION_ID = "tierwise.tierwise"
PANEL = 'iframe.webview.ready[src*="extensionId=tierwise.tierwise"]'
"""The frame of the panel; a walkthrough has a webview of its own."""
expect.set_options(timeout=WAIT * 1000)


class Workbench:
    """One window. Everything here waits for what it names; nothing sleeps and hopes."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address
        page.set_default_timeout(WAIT * 1000)

    def open(self) -> Workbench:
        """Load the window and wait until the extension has its place in it."""
        self.page.goto(self._address, wait_until="domcontentloaded")
        self.page.locator(".monaco-workbench").wait_for()
        self.activity.wait_for()
        return self

    def tidy(self) -> None:
        """Close whatever is open, unsaved or not, as the last thing that is done here.

        A diff may still be on its way to the screen. It opens after the others were closed, so
        this closes again until nothing is open.
        """
        tabs = self.page.locator(".tab")

        def closed() -> bool:
            self._chord(TIDY)
            with suppress(AssertionError):
                expect(tabs).to_have_count(0, timeout=3000)
            return not tabs.count()

        self.until(closed, "closed tabs")

    def begin_anew(self, files: Sequence[Path]) -> None:
        """Take over a tidied window: another server, an empty conversation, some files open."""
        self._chord(BEGIN)
        box = self.page.locator(".quick-input-widget input").first
        expect(box).to_have_value(BEGUN)
        expect(box).to_be_focused()
        self.press("Escape")
        expect(box).to_be_hidden()
        expect(self.page.locator(".tab")).to_have_count(0)
        expect(self.toasts).to_have_count(0)
        for file in files:
            self.quick_open(file)
            expect(self.editor.locator(".view-line").first).not_to_be_empty()

    def quick_open(self, file: Path) -> None:
        """Open a file by its path; files that were open before stand in the list until then."""
        box = self._ask("Control+p", str(file))
        first = self.page.locator(".quick-input-list .monaco-list-row").first
        expect(first).to_contain_text(file.name)
        box.press("Enter")
        self.page.locator(f'.tab[data-resource-name="{file.name}"]').wait_for()

    def _ask(self, key: str, text: str) -> Locator:
        """Open a box by its key and write into it.

        A file that was just opened may take the keyboard late, which closes the box; so the key is
        pressed again. Raises Playwright's `TimeoutError` where no box stays.
        """
        box = self.page.locator(".quick-input-widget input").first
        deadline = time.monotonic() + WAIT
        while True:
            self.press(key)
            try:
                box.fill(text, timeout=5_000)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
            else:
                return box

    def _chord(self, key: str) -> None:
        """Press a key of ours; it is heard by the workbench wherever the keyboard is."""
        self.page.evaluate("() => document.activeElement?.blur()")
        self.press(key)

    def until(self, holds: Callable[[], T], what: str) -> T:
        """Wait until something outside the page holds."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            value = holds()
            if value:
                return value
            self.page.wait_for_timeout(40)
        raise AssertionError(f"waited in vain for {what}")

    @property
    def status(self) -> Locator:
        """The status item of ours."""
        return self.page.locator(f'.statusbar-item[id^="{EXTENSION_ID}"]')

    @property
    def tier(self) -> Locator:
        """The status item that is about the tier."""
        return self.page.locator(f'.statusbar-item[id="{EXTENSION_ID}.tier"]')

    @property
    def head(self) -> Locator:
        """The lenses above the edit in the editor in front: tier, state, ways on."""
        return self.editor.locator(".codelens-decoration").first

    @property
    def diff_tab(self) -> Locator:
        """The tab of a proposal."""
        return self.page.locator(".tab").filter(has_text="(proposed)")

    def say(self, text: str) -> None:
        """Write into the box that is open, and leave it by Enter."""
        box = self.page.locator(".quick-input-widget input").first
        box.fill(text)
        box.press("Enter")
        self.page.locator(".quick-input-widget").wait_for(state="hidden")

    @property
    def activity(self) -> Locator:
        """The icon of ours in the activity bar."""
        return self.page.locator('.activitybar .action-label[aria-label^="Tierwise"]').first

    @property
    def editor(self) -> Locator:
        """The text editor in front, not the sides of a diff."""
        return self.page.locator(".editor-instance .monaco-editor").first

    @property
    def text(self) -> str:
        """The lines of the editor in front as far as they are drawn."""
        lines: list[tuple[float, str]] = self.editor.locator(".view-line").evaluate_all(
            "nodes => nodes.map(n => [parseFloat(n.style.top), n.textContent])"
        )
        return "\n".join(text.replace("\xa0", " ") for _, text in sorted(lines))

    @property
    def beside_lines(self) -> str:
        """What decorations write behind the lines of the editor in front."""
        found: list[str] = self.editor.locator(".view-line span").evaluate_all(
            "nodes => nodes.map(n => getComputedStyle(n, '::after').content)"
        )
        return "\n".join(
            json.loads(text).replace("\xa0", " ") for text in found if text.startswith('"')
        )

    @property
    def toasts(self) -> Locator:
        """The notifications in view."""
        return self.page.locator(".notifications-toasts .notification-list-item")

    def press(self, *keys: str) -> None:
        """Press chords one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def focus_editor(self, name: str) -> None:
        """Bring a file's tab to the front with the keyboard in it.

        A click into the text would do, but where the layout still moves the browser scrolls it.
        """
        self.page.locator(f'.tab[data-resource-name="{name}"]').click()
        self._chord(FOCUS)
        expect(self.editor).to_have_class(re.compile(r"\bfocused\b"))

    def show_file(self, name: str) -> None:
        """Bring a file's tab to the front."""
        self.page.locator(f'.tab[data-resource-name="{name}"]').first.click()

    def select_lines(self, first: int, last: int) -> None:
        """Select whole lines `first` to `last`, counted from 1, in the editor in front."""
        self.go_to(first)
        for _ in range(last - first + 1):
            self.press("Shift+ArrowDown")

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor somewhere in the editor in front."""
        box = self._ask("Control+g", f":{line}:{column}")
        box.press("Enter")
        self.page.locator(".quick-input-widget").wait_for(state="hidden")

    def command(self, title: str) -> None:
        """Run a command of the palette by its whole title."""
        box = self._ask("F1", f">{title}")
        row = self.page.locator(".quick-input-list .monaco-list-row").filter(has_text=title)
        row.first.wait_for()
        box.press("Enter")

    def pick(self, text: str) -> None:
        """Choose an entry of the quick pick that is open, by its label.

        By keyboard: a list that is drawn again between a look and a click gets the click elsewhere.
        """
        rows = self.page.locator(".quick-input-list .monaco-list-row").filter(has_text=text)
        rows.first.wait_for()
        box = self.page.locator(".quick-input-widget input").first
        box.fill(text)
        self.page.locator(".quick-input-list .monaco-list-row.focused").filter(
            has_text=text
        ).wait_for()
        box.press("Enter")

    def code_action_menu(self) -> Locator:
        """Open the code actions at the cursor; the newer version has a second, hidden widget.

        Asked again while there are none: the server may not have the document yet.
        """
        widget = self.page.locator(".action-widget:not(.action-list-submenu-panel)").last

        def opened() -> bool:
            self.press("Control+.")
            with suppress(TimeoutError):
                widget.wait_for(timeout=3000)
            return widget.is_visible()

        self.until(opened, "code actions")
        return widget

    def code_action(self, title: str) -> None:
        """Open the code actions at the cursor and run the one with that in its title.

        The menu is left by the keyboard: on the older version a click does not reach a row.
        """
        widget = self.code_action_menu()
        rows = widget.locator(".monaco-list-row.action")
        rows.filter(has_text=title).first.wait_for()
        for _ in range(rows.count() + 8):
            focused = widget.locator(".monaco-list-row.focused")
            if focused.count() and title in (focused.first.text_content() or ""):
                self.press("Enter")
                return
            self.press("ArrowDown")
        raise AssertionError(f"no code action '{title}' in {rows.all_text_contents()}")

    def lens(self, text: str | re.Pattern[str]) -> Locator:
        """The code lens with that text."""
        return self.page.locator(".codelens-decoration a").filter(has_text=text).first

    def show_panel(self) -> Panel:
        """Open the panel of ours and wait until it has its contents."""
        if not self.page.locator(PANEL).count():
            # A badge lies over the middle of the icon where proposals wait.
            self.activity.click(position={"x": 4, "y": 4})
        return self.panel()

    def panel(self) -> Panel:
        """The panel that is open, once it has its contents."""
        frame = self.page.frame_locator(PANEL).frame_locator("iframe#active-frame")
        panel = Panel(self, frame)
        expect(panel.prompt).to_be_visible()
        return panel

    def screenshot(self, path: Path, **options: Any) -> None:
        """Keep a picture of the window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, **options)
