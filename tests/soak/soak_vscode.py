"""`python -m tests.soak.soak_vscode`: the tests of the real VS Code, many times in a row.

Prints one line a round and stops at the first that is not green; what failed leaves its pictures
in `test-results`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 1800
"""Seconds a round may take; a bound for failures."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    command = [sys.executable, "-m", "pytest", "@tests/editors/vscode/pytest.args", "-x"]
    for number in range(1, rounds + 1):
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
        last = (done.stdout.strip().splitlines() or ["nothing"])[-1]
        print(f"{number}/{rounds}: {last} ({time.monotonic() - began:.0f} s)", flush=True)
        if done.returncode:
            print(done.stdout[-6000:])
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
