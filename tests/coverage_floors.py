"""Which lines the tests run, room by room: `python -m tests.coverage_floors [--resume] [PART ...]`.

A room may not fall below its floor. The floors are what was measured, less about one point: they
are there to see a room that loses its tests, not to chase the last line. The processes that tests
start (the server over stdio, the gateway, commands, the worker) are counted too. A process that is
killed takes its count with it.

The whole run is long, so it goes part by part, a part being a folder of tests. What a part measured
is kept in `build/coverage`, and `--resume` goes on after the last part that came to its end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "server/tierwise/"
KEPT: Final = ROOT / "build/coverage"
LEFT_OUT: Final = frozenset({"__pycache__"})
OPTIONS: Final = ["-q", "-p", "no:cacheprovider", "-m", "not editors", "--timeout", "600"]
"""Measured tests are slower, so they are given longer than a test is otherwise."""
SETTINGS: Final = """\
[run]
source = {package}
data_file = {folder}/data
parallel = true
core = ctrace
sigterm = true
patch =
    subprocess
    _exit
"""
"""Every process that the tests start measures itself and writes a file of its own."""
FLOORS: Final[Mapping[str, int]] = {
    "app": 98,
    "budget": 96,
    "cli": 59,
    "config": 93,
    "context": 96,
    "core": 95,
    "edits": 92,
    "gateway": 89,
    "index": 84,
    "learning": 97,
    "lsp": 77,
    "models": 85,
    "night": 93,
    "present": 73,
    "report": 97,
    "routing": 61,
    "store": 87,
    "syntax": 84,
    "tasks": 76,
    "team": 93,
    "trust": 97,
    "work": 60,
}
"""Per cent of a room's lines that the tests run at least.

No whole run has come to its end yet. Each figure is what some parts of it reached together, so a
whole run reaches more: those of `edits`, `gateway`, `lsp`, `models`, `syntax`, `team` and
`trust` come from the rooms' own tests, the others from the parts `unit` to `unit-team`.
"""


def parts() -> Mapping[str, Sequence[str]]:
    """The parts of a whole run, each with what pytest is given: folders, and files without one.

    `tests/clients` is left out: it drives programs of others, at minutes for few lines of ours.
    """
    unit = ROOT / "tests/unit"
    folders = sorted(one for one in unit.iterdir() if one.is_dir() and one.name not in LEFT_OUT)
    found = {f"unit-{one.name}": [str(one)] for one in folders}
    found["unit"] = [str(file) for file in sorted(unit.glob("test_*.py"))]
    for name in ("wire", "corpus", "gateway", "e2e"):
        found[name] = [str(ROOT / "tests" / name)]
    return found


def measure(part: str, paths: Sequence[str], workers: str) -> bool:
    """Run one part and keep what it measured. Returns whether every test passed."""
    folder = KEPT / part
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = folder / "coveragerc"
    settings.write_text(SETTINGS.format(package=ROOT / PACKAGE, folder=folder), "utf-8")
    passed = _coverage(settings, "run", "-m", "pytest", "-n", workers, *OPTIONS, *paths)
    _coverage(settings, "combine", "-q")
    (folder / ("passed" if passed else "failed")).touch()
    return passed


def rooms() -> Mapping[str, tuple[int, int]]:
    """Lines that were run, and all lines, by room, over every part that is kept."""
    settings, report = KEPT / "coveragerc", KEPT / "report.json"
    settings.write_text(SETTINGS.format(package=ROOT / PACKAGE, folder=KEPT), "utf-8")
    data = [str(file) for file in sorted(KEPT.glob("*/data"))]
    _coverage(settings, "combine", "-q", "--keep", *data)
    _coverage(settings, "json", "-q", "-i", "-o", str(report))
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, one in files.items():
        room = name.removeprefix(PACKAGE).split("/")[0].removesuffix(".py")
        run, all_lines = found[room]
        sums = one["summary"]
        found[room] = (run + sums["covered_lines"], all_lines + sums["num_statements"])
    return found


def _coverage(settings: Path, step: str, *options: str) -> bool:
    """Run one step of the tool. Returns whether it succeeded."""
    command = [sys.executable, "-m", "coverage", step, f"--rcfile={settings}", *options]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Print each room with its share; 1 where one is below its floor or a test failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="parts to run; none: all")
    parser.add_argument("--resume", action="store_true", help="keep what earlier parts measured")
    parser.add_argument("--workers", default="2", help="processes of pytest")
    given = parser.parse_args()
    known = parts()
    wanted = given.parts or list(known)
    if not given.resume:
        shutil.rmtree(KEPT, ignore_errors=True)
    for part in wanted:
        if given.resume and not given.parts and (KEPT / part / "passed").exists():
            continue
        began = time.monotonic()
        measure(part, known[part], given.workers)
        print(f"{part}: {time.monotonic() - began:.0f} s", flush=True)
    low = 0
    for room, (run, lines) in sorted(rooms().items()):
        share, floor = 100 * run / max(lines, 1), FLOORS.get(room, 0)
        low += share < floor
        mark = "  BELOW ITS FLOOR" if share < floor else ""
        print(f"{room:12} {share:5.1f} % of {lines:6,} lines, floor {floor} %{mark}")
    failed = sorted(file.parent.name for file in KEPT.glob("*/failed"))
    missing = sorted(set(known) - {file.parent.name for file in KEPT.glob("*/passed")})
    if failed:
        print(f"A test failed in {', '.join(failed)}, so the shares are lower than they could be.")
    if missing:
        print(f"Parts that did not run to a good end: {', '.join(missing)}.")
    return 1 if low or failed else 0


if __name__ == "__main__":
    sys.exit(main())
