"""`python -m tests.bench.bench_panel`: the panel in a real workbench, while a long answer streams.

Prints, over some runs, the longest task of the panel's page while 100 KB stream in, and the time
from the server's first notification of a delta, stamped as its bytes leave the server, to the
frame after the one that drew it. Bars: no task above 100 ms, first delta within 60 ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, expect, sync_playwright
from tests.conftest import SAMPLE
from tests.editors.vscode.rig import tools
from tests.editors.vscode.rig.browser import ARGUMENTS
from tests.editors.vscode.rig.code_server import CodeServer
from tests.editors.vscode.rig.desk import Desk, Model
from tests.editors.vscode.rig.panel import Panel
from tests.support.loopback import Loopback

SIZE = 100_000
LADDER = """[[tiers]]
name = "sonnet"
model = "claude-sonnet-5-5"
max_tokens = 64000
"""
"""One tier that may say as much as is measured here."""
WATCH = """() => {
  window.bench = { tasks: [], first: 0, host: 0, page: 0 };
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.bench.tasks.push(one.duration);
  }).observe({ type: 'longtask' });
  window.addEventListener('message', (event) => {
    if (event.data?.kind !== 'delta' || window.bench.first) return;
    window.bench = { ...window.bench, first: -1, host: event.data.at, page: Date.now() };
    requestAnimationFrame(() => requestAnimationFrame(() => { window.bench.first = Date.now(); }));
  });
}"""


def answer(size: int = SIZE) -> str:
    """A long answer as models give them: headings, prose, lists, tables, short and long code."""
    parts: list[str] = []
    number = 0
    while sum(map(len, parts)) < size * 0.7:
        number += 1
        parts.append(f"## Step {number}\n\n" + "This is **what** happens in `module.py` then. " * 8)
        parts.append(
            "\n".join(f"- item {n} of [the list](https://example.invalid)" for n in range(12))
        )
        parts.append(
            "| name | value |\n|---|---|\n" + "\n".join(f"| `a{n}` | {n} |" for n in range(15))
        )
        parts.append("```python\n" + "\n".join(f"value_{n} = f({n})" for n in range(20)) + "\n```")
    line = "    total += weights[index] * values[index]  # one more line of a long function"
    rest = (size - sum(map(len, parts))) // len(line)
    parts.append("```python\n" + "\n".join([line] * rest) + "\n```")
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), given.runs)
    if given.json:
        print(json.dumps(figures))
        return
    tasks, first = figures["longestMs"], figures["firstMs"]
    print(f"longest task while {SIZE // 1000} KB stream: median {statistics.median(tasks):.0f} ms")
    print(f"  each run: {', '.join(f'{t:.0f}' for t in tasks)} (0: none above 50 ms)")
    print(f"first delta in the panel: median {statistics.median(first):.0f} ms")
    print(f"  each run: {', '.join(f'{t:.0f}' for t in first)}")
    ways = ("to the extension", "to the page", "to the frame after the one that drew it")
    for way, leg in zip(ways, zip(*figures["legsMs"], strict=True), strict=True):
        print(f"  {way}: median {statistics.median(leg):.0f} ms")


def measure(folder: Path, runs: int) -> dict[str, Any]:
    """The figures of some runs, in one window."""
    workspace, config, tap = folder / "project", folder / "config.toml", folder / "tap"
    workspace.mkdir()
    (workspace / "sample.py").write_text(SAMPLE, encoding="utf-8")
    config.write_text(LADDER, encoding="utf-8")
    with (
        Loopback() as loopback,
        CodeServer(tools.LATEST) as code,
        sync_playwright() as play,
        play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS) as browser,
    ):
        code.serve(tap)
        desk = Desk(code, browser, Model(loopback), workspace, folder / "state", config)
        desk.environment()
        panel = desk.open("sample.py").show_panel()
        frame = page_of(panel)
        longest: list[float] = []
        legs: list[tuple[float, float, float]] = []
        for run in range(runs + 1):
            tap.write_text("", encoding="utf-8")
            desk.model.answers(f"{answer()}\n\nend {run}", delay=0.0005)
            panel.button("New conversation").click()
            expect(panel.turns).to_have_count(0)
            frame.evaluate(WATCH)
            panel.ask("@sonnet a long one please")
            panel.answered()
            expect(panel.body).to_contain_text(f"end {run}")
            seen = frame.evaluate("() => window.bench")
            if run:
                longest.append(max(seen["tasks"], default=0.0))
                left = float(tap.read_text("utf-8").split()[0])
                host, page = seen["host"], seen["page"]
                legs.append((host - left, page - host, seen["first"] - page))
        desk.close()
    return {"longestMs": longest, "firstMs": [sum(leg) for leg in legs], "legsMs": legs}


def page_of(panel: Panel) -> Frame:
    """The frame the panel's page is in."""
    handle = panel.prompt.element_handle()
    frame = handle.owner_frame()
    assert frame is not None
    return frame


if __name__ == "__main__":
    main()
