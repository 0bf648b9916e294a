"""`python -m tests.editors.vscode.shots`: the main moments of the panel, into `docs/pictures`.

Taken in the real workbench, in a dark, a light and a high-contrast theme.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright
from tests.conftest import SAMPLE
from tests.editors.vscode.rig import tools
from tests.editors.vscode.rig.browser import ARGUMENTS
from tests.editors.vscode.rig.code_server import CodeServer
from tests.editors.vscode.rig.desk import Desk, Model
from tests.support.loopback import Loopback

THEMES = {
    "dark": "Default Dark Modern",
    "light": "Default Light Modern",
    "contrast": "Default High Contrast",
}
CLIP = {"x": 0, "y": 0, "width": 760, "height": 720}
ANSWER = """\
`add_numbers` returns the sum of its arguments. For **any number** of them:

```python
def add_numbers(*numbers):
    return sum(numbers)
```

- works for none: the sum is `0`
- keeps every call that passes two
"""


def main() -> None:
    target = tools.ROOT / "docs" / "pictures"
    with Loopback() as model, sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS)
        for name, theme in THEMES.items():
            place = Path(folder) / name
            take(name, theme, place, browser, model, target)
        browser.close()


def take(
    name: str, theme: str, place: Path, browser: Browser, model: Loopback, target: Path
) -> None:
    """The pictures of one theme."""
    workspace, config = place / "orders", place / "config.toml"
    workspace.mkdir(parents=True)
    (workspace / "sample.py").write_text(SAMPLE, encoding="utf-8")
    config.write_text("[budget]\nday_usd = 5\n", encoding="utf-8")
    settings: dict[str, Any] = {"workbench.colorTheme": theme}
    with CodeServer(tools.LATEST, **settings) as code:
        desk = Desk(code, browser, Model(model), workspace, place / "state", config)
        desk.environment()
        window = desk.open("sample.py")
        panel = window.show_panel()

        def keep(moment: str) -> None:
            """Keep the picture of a moment; the mouse rests where nothing has a tooltip."""
            window.page.mouse.move(600, 600)
            expect(window.page.locator(".monaco-hover:visible")).to_have_count(0)
            window.screenshot(target / f"panel-{moment}-{name}.png", clip=CLIP)

        window.focus_editor("sample.py")
        window.select_lines(4, 5)
        expect(panel.frame.locator(".chip").first).to_contain_text("sample.py")
        desk.model.answers(ANSWER, delay=0.15)
        panel.ask("how would this take more than two numbers?")
        panel.body.locator("li").first.wait_for()
        keep("streaming")
        panel.answered()
        expect(window.lens("working")).to_have_count(0)
        keep("chat")
        desk.model.faults(clear=True)
        window.focus_editor("sample.py")
        window.go_to(4, 5)
        panel.prompt.fill("/document")
        panel.prompt.press("Enter")
        panel.prompt.press("Enter")
        panel.answered("proposed")
        panel.tab("Inbox")
        keep("inbox")
        panel.tab("Usage")
        expect(panel.frame.locator(".use").first).to_be_visible()
        keep("usage")
        panel.tab("Chat")
        panel.prompt.fill("@")
        panel.prompt.press("End")
        panel.prompt.press_sequentially("s")
        panel.frame.get_by_role("option").first.wait_for()
        keep("mention")
        desk.close()


if __name__ == "__main__":
    main()
