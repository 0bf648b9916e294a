"""The tests of the Neovim plugin, over and over: `python -m tests.soak.soak_neovim --rounds 20`.

One failed test in any round fails the run. `--minutes` ends it earlier, and says after how many
rounds.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time

SUITE = "tests/editors/neovim"


def main() -> int:
    """Run the rounds; 1 where any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=0.0, help="0 = however long it takes")
    given = parser.parse_args()
    began, took = time.monotonic(), []
    for number in range(1, given.rounds + 1):
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", SUITE],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        took.append(time.monotonic() - start)
        last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no output"
        print(f"round {number}: {last}", flush=True)
        if done.returncode != 0 or not re.search(r"\d+ passed", last):
            print(done.stdout, done.stderr, sep="\n")
            return 1
        if given.minutes and time.monotonic() - began + max(took) > given.minutes * 60:
            break
    print(f"{len(took)} rounds in a row passed, {sum(took) / len(took):.0f} s each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
