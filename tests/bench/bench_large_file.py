"""`python -m tests.bench.bench_large_file`: a file of 20,000 lines against a small one, in VS Code.

In one window of a real workbench, small and large take turns, so that the machine's load is the
same for both. Measured are the menu of code actions, an edit until its diff offers to apply it, an
answer in the panel with what stands before the operator, and the tabs of the panel. Prints the
medians and their ratio; the bar is 1.3.

Before each act the file stands in front for `REST` seconds. VS Code works on for a second or two
after it brought a file of this size to the front, whether Tierwise is there or not, and whatever is
asked meanwhile waits for that. So the usage tab is measured a second time right after the switch.
What the editor alone takes stands below, from a window without Tierwise: a file brought to the
front, a view opened right after that, and two versions of a file compared.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from playwright.sync_api import expect, sync_playwright
from tests.conftest import SAMPLE
from tests.editors.vscode.rig import tools
from tests.editors.vscode.rig.browser import ARGUMENTS
from tests.editors.vscode.rig.code_server import CodeServer
from tests.editors.vscode.rig.desk import Desk, Model
from tests.editors.vscode.rig.workbench import Workbench
from tests.support.loopback import Loopback

LINES: Final = 20_000
REST: Final = 2.5
"""Seconds that a file stands in front before something is asked in it."""
BAR: Final = 1.3
FILES: Final = ("sample.py", "large.py")
ANSWER: Final = """\
```python
def add_numbers(a, b):
    '''Add two numbers, the way of run {run}.'''
    return a + b
```"""
Found = dict[str, tuple[list[float], list[float]]]
"""Milliseconds of each thing, for the small and the large file."""
STEP: Final = """

def step_{n}(value):
    total = value * {n}
    if total > {n}:
        return total
    return value
"""


def large() -> str:
    """The small file, and functions behind it up to so many lines."""
    parts = [SAMPLE.rstrip("\n") + "\n"]
    count = SAMPLE.count("\n")
    number = 0
    while count < LINES:
        number += 1
        parts.append(STEP.format(n=number))
        count += 7
    return "".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), given.runs)
    print(f"{LINES:,} lines against {SAMPLE.count(chr(10))}, median of {given.runs} (bar {BAR})")
    told(found)
    with tempfile.TemporaryDirectory() as folder:
        found = measure_alone(Path(folder), given.runs)
    print("VS Code without Tierwise")
    told(found)


def told(found: Found) -> None:
    """Print the medians and their ratios."""
    for what, (small, big) in found.items():
        one, two = statistics.median(small), statistics.median(big)
        print(f"  {what}: {two:.0f} ms to {one:.0f} ms, {two / one:.2f} x")


def measure(folder: Path, runs: int) -> Found:
    """Everything that is asked of Tierwise."""
    workspace, config = folder / "project", folder / "config.toml"
    files(workspace)
    config.write_text("", encoding="utf-8")
    with (
        Loopback() as loopback,
        CodeServer(tools.LATEST) as code,
        sync_playwright() as play,
        play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS) as browser,
    ):
        desk = Desk(code, browser, Model(loopback), workspace, folder / "state", config)
        desk.environment()
        window = desk.open(FILES[0])
        expect(window.tier).to_contain_text(re.compile(r"Auto · [$\d]"))
        for name in FILES:
            window.quick_open(workspace / name)
        window.show_panel()
        ways: dict[str, Callable[[Workbench, str], float]] = {
            "code actions": menu,
            "an edit to its diff": edit,
            "an answer in the panel": chat,
            "usage tab": partial(tab, title="Usage"),
            "inbox tab": partial(tab, title="Inbox"),
            "usage tab, right after the switch": partial(tab, title="Usage", rest=0),
        }
        found: Found = {what: ([], []) for what in ways}
        for run in range(runs + 1):
            for what, way in ways.items():
                for at, name in enumerate(FILES):
                    # An answer that was there before would be looked up instead of worked out.
                    desk.model.answers(ANSWER.format(run=f"{run} in {name}"))
                    took = way(window, name)
                    if run:
                        found[what][at].append(took)
        desk.close()
    return found


def measure_alone(folder: Path, runs: int) -> Found:
    """What the editor itself takes."""
    workspace = folder / "project"
    files(workspace)
    for name in FILES:
        text = (workspace / name).read_text(encoding="utf-8")
        changed = text.replace("    return a + b", "    # The sum.\n    return a + b", 1)
        (workspace / f"other_{name}").write_text(changed, encoding="utf-8")
    with (
        CodeServer(tools.LATEST, bare=True) as code,
        sync_playwright() as play,
        play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS) as browser,
    ):
        page = browser.new_page()
        window = Workbench(page, "")
        page.goto(code.url(workspace, workspace / FILES[0]))
        page.locator(f'.tab[data-resource-name="{FILES[0]}"]').wait_for()
        for name in FILES:
            window.quick_open(workspace / name)
        ways = {"to the front": front, "a view, right after the switch": view, "a diff": compare}
        found: Found = {what: ([], []) for what in ways}
        for run in range(runs + 1):
            for what, way in ways.items():
                for at, name in enumerate(FILES):
                    took = way(window, name)
                    if run:
                        found[what][at].append(took)
    return found


def files(workspace: Path) -> None:
    """The small and the large file."""
    workspace.mkdir()
    (workspace / FILES[0]).write_text(SAMPLE, encoding="utf-8")
    (workspace / FILES[1]).write_text(large(), encoding="utf-8")


def bring(window: Workbench, name: str, rest: float = REST) -> None:
    """Bring a file to the front, and let the editor come to rest."""
    window.focus_editor(name)
    window.page.wait_for_timeout(rest * 1000)


def menu(window: Workbench, name: str) -> float:
    """From the key to the menu of code actions at a function."""
    bring(window, name)
    window.select_lines(4, 5)
    begin = time.perf_counter()
    widget = window.code_action_menu()
    widget.locator(".monaco-list-row.action").filter(has_text="Tierwise").first.wait_for()
    took = time.perf_counter() - begin
    window.press("Escape")
    return took * 1000


def edit(window: Workbench, name: str) -> float:
    """From the wish to a diff that offers to apply it; it is discarded."""
    bring(window, name)
    window.select_lines(4, 5)
    window.command("Tierwise: Edit...")
    begin = time.perf_counter()
    window.say("document this function")
    window.diff_tab.wait_for()
    window.lens("Apply").wait_for()
    took = time.perf_counter() - begin
    window.press("Control+Alt+t", "d")
    expect(window.diff_tab).to_have_count(0)
    return took * 1000


def chat(window: Workbench, name: str) -> float:
    """From a question to its answer, with the function before the operator going along."""
    bring(window, name)
    window.go_to(5, 5)
    panel = window.panel()
    begin = time.perf_counter()
    panel.ask("what does this do?")
    panel.answered()
    return (time.perf_counter() - begin) * 1000


def tab(window: Workbench, name: str, title: str, rest: float = REST) -> float:
    """From the click to a page of the panel, the file in front."""
    bring(window, name, rest)
    panel = window.panel()
    begin = time.perf_counter()
    panel.tab(title)
    panel.frame.locator(".use, .empty, .inbox, .past").locator("visible=true").first.wait_for()
    took = time.perf_counter() - begin
    panel.tab("Chat")
    return took * 1000


def front(window: Workbench, name: str) -> float:
    """From the click on a file's tab to the keyboard in its text."""
    window.page.wait_for_timeout(REST * 1000)
    begin = time.perf_counter()
    window.focus_editor(name)
    return (time.perf_counter() - begin) * 1000


def view(window: Workbench, name: str) -> float:
    """From the key to the view of the search, right after the file came to the front."""
    window.page.wait_for_timeout(REST * 1000)
    window.focus_editor(name)
    begin = time.perf_counter()
    window.press("Control+Shift+f")
    window.page.locator(".search-view .search-widget textarea").first.wait_for()
    took = time.perf_counter() - begin
    window.press("Control+Shift+e")
    window.page.locator(".explorer-folders-view").first.wait_for()
    return took * 1000


def compare(window: Workbench, name: str) -> float:
    """From the choice of a file's other version to the diff of both, drawn."""
    bring(window, name)
    window.command("File: Compare Active File With...")
    box = window.page.locator(".quick-input-widget input").first
    box.fill(f"other_{name}")
    first = window.page.locator(".quick-input-list .monaco-list-row").first
    expect(first).to_contain_text(f"other_{name}")
    begin = time.perf_counter()
    box.press("Enter")
    window.page.locator(".monaco-diff-editor .line-insert").first.wait_for(state="attached")
    took = time.perf_counter() - begin
    window.command("View: Revert and Close Editor")
    expect(window.page.locator(".monaco-diff-editor")).to_have_count(0)
    return took * 1000


if __name__ == "__main__":
    main()
