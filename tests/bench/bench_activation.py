"""`python -m tests.bench.bench_activation`: what the extension adds to the start of VS Code.

Opens windows of a real workbench and reads what the editor itself counts of ours, as "Show Running
Extensions" says it: reading and running the bundle, and `activate` until it returned. Bar: 50 ms.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright
from tests.conftest import SAMPLE
from tests.editors.vscode.rig import tools
from tests.editors.vscode.rig.browser import ARGUMENTS
from tests.editors.vscode.rig.code_server import CodeServer
from tests.editors.vscode.rig.desk import Desk, Model
from tests.editors.vscode.rig.workbench import Workbench
from tests.support.loopback import Loopback

TALL: ViewportSize = {"width": 1280, "height": 1800}
"""The list begins with the slowest extension and draws only what is in view."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    for version in (tools.LATEST, tools.OLDER):
        with tempfile.TemporaryDirectory() as folder:
            took = measure(version, Path(folder), runs)
        print(f"activation, code-server {version}: median {statistics.median(took):.0f} ms")
        print(f"  each window: {', '.join(map(str, took))}")


def measure(version: str, folder: Path, runs: int) -> list[int]:
    """Milliseconds of each of some windows."""
    workspace, config = folder / "project", folder / "config.toml"
    workspace.mkdir()
    (workspace / "sample.py").write_text(SAMPLE, encoding="utf-8")
    config.write_text("", encoding="utf-8")
    with (
        Loopback() as loopback,
        CodeServer(version) as code,
        sync_playwright() as play,
        play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS) as browser,
    ):
        desk = Desk(code, browser, Model(loopback), workspace, folder / "state", config)
        desk.environment()
        took = []
        for _ in range(runs):
            window = desk.open("sample.py")
            took.append(counted(window))
            window.page.close()
        desk.close()
    return took


def counted(window: Workbench) -> int:
    """What the editor says of our activation, in milliseconds."""
    window.tier.wait_for()
    window.page.set_viewport_size(TALL)
    window.command("Developer: Show Running Extensions")
    rows = window.page.locator(".runtime-extensions-editor .extension")
    row = rows.filter(has=window.page.get_by_text("Tierwise", exact=True)).first
    text = row.locator(".activation-time").inner_text()
    found = re.search(r"(\d+)\s*ms", text)
    assert found is not None, text
    return int(found.group(1))


if __name__ == "__main__":
    main()
