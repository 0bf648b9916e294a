"""The report of a large ledger: `python -m tests.bench.bench_report [--tasks N] [--folder DIR]`.

Builds a ledger of N tasks over a year (or uses the one in the folder), makes the report in a
process of its own, and opens the page in Chromium. Prints processor and wall time of the command,
the size of the page, its first paint and what axe finds.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.bench.bench_sums import BUILT, build
from tests.editors.vscode.rig import tools
from tests.editors.vscode.rig.browser import ARGUMENTS

RUNS = 3
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (paint) done(paint.startTime);
}).observe({type: 'paint', buffered: true}))"""
"""The page forbids `eval`, so the wait for the paint is in here and not in `wait_for_function`."""


def made(folder: Path, page: Path) -> tuple[float, float]:
    """Wall and processor seconds of one report of everything."""
    env = {**os.environ, "TIERWISE_STATE_DIR": str(folder), "TIERWISE_CONFIG": str(folder / "no")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tierwise", "report", "--since", "2025-01-01", "--out", str(page)],
        env=env, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, used


def painted(page_file: Path) -> tuple[list[float], int]:
    """Milliseconds to the first paint of some loads, and how many rules axe finds broken."""
    times = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=tools.chromium(), args=ARGUMENTS)
        for _ in range(RUNS):
            page = browser.new_page()
            page.goto(page_file.as_uri())
            times.append(float(page.evaluate(PAINTED)))
            page.close()
        checked = browser.new_context(bypass_csp=True).new_page()
        checked.goto(page_file.as_uri())
        broken = int(Axe().run(checked).violations_count)
        browser.close()
    return times, broken


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / BUILT).exists():
            build(folder / "ledger.db", given.tasks)
            (folder / BUILT).touch()
        page = folder / "report.html"
        made(folder, page)  # upgrades the ledger, which the figures are not about
        runs = [made(folder, page) for _ in range(RUNS)]
        wall, used = (statistics.median(run[n] for run in runs) for n in (0, 1))
        times, broken = painted(page)
        print(f"report of {given.tasks:,} tasks: {wall:.1f} s, {used:.1f} s of processor time")
        print(f"page: {page.stat().st_size / 1e6:.2f} MB")
        print(f"first paint: {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")
        print(f"axe: {broken} rules broken")


if __name__ == "__main__":
    main()
