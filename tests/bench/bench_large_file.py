"""`python -m tests.bench.bench_large_file`: a file of 20,000 lines against a small one, in VS Code.

In one window of a real workbench, small and large take turns, so that the machine's load is the
same for both. Measured are the menu of code actions, an edit until its diff offers to apply it, an
answer in the panel with what stands before the operator, and the tabs of the panel. Prints the
medians and their ratio; the bar is 1.3.
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
BAR: Final = 1.3
FILES: Final = ("sample.py", "large.py")
ANSWER: Final = """\
```python
def add_numbers(a, b):
    '''Add two numbers.'''
    return a + b
```"""
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
    for what, (small, big) in found.items():
        one, two = statistics.median(small), statistics.median(big)
        print(f"  {what}: {two:.0f} ms to {one:.0f} ms, {two / one:.2f} x")


def measure(folder: Path, runs: int) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds of each thing, for the small and the large file."""
    workspace, config = folder / "project", folder / "config.toml"
    workspace.mkdir()
    (workspace / "sample.py").write_text(SAMPLE, encoding="utf-8")
    (workspace / "large.py").write_text(large(), encoding="utf-8")
    config.write_text("", encoding="utf-8")
    with (
        Loopback() as loopback,
        CodeServer(tools.LATEST) as code,
        sync_playwright() as play,
        play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS) as browser,
    ):
        desk = Desk(code, browser, Model(loopback), workspace, folder / "state", config)
        desk.environment()
        desk.model.answers(ANSWER)
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
        }
        found: dict[str, tuple[list[float], list[float]]] = {what: ([], []) for what in ways}
        for run in range(runs + 1):
            for what, way in ways.items():
                for at, name in enumerate(FILES):
                    took = way(window, name)
                    if run:
                        found[what][at].append(took)
        desk.close()
    return found


def menu(window: Workbench, name: str) -> float:
    """From the key to the menu of code actions at a function."""
    window.focus_editor(name)
    window.select_lines(4, 5)
    begin = time.perf_counter()
    widget = window.code_action_menu()
    widget.locator(".monaco-list-row.action").filter(has_text="Tierwise").first.wait_for()
    took = time.perf_counter() - begin
    window.press("Escape")
    return took * 1000


def edit(window: Workbench, name: str) -> float:
    """From the wish to a diff that offers to apply it; it is discarded."""
    window.focus_editor(name)
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
    window.focus_editor(name)
    window.go_to(5, 5)
    panel = window.panel()
    begin = time.perf_counter()
    panel.ask("what does this do?")
    panel.answered()
    return (time.perf_counter() - begin) * 1000


def tab(window: Workbench, name: str, title: str) -> float:
    """From the click to a page of the panel, the file in front."""
    window.focus_editor(name)
    panel = window.panel()
    begin = time.perf_counter()
    panel.tab(title)
    panel.frame.locator(".use, .empty, .inbox, .past").locator("visible=true").first.wait_for()
    took = time.perf_counter() - begin
    panel.tab("Chat")
    return took * 1000


if __name__ == "__main__":
    main()
