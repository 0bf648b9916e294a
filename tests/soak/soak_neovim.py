"""The tests of the Neovim plugin, over and over: `python -m tests.soak.soak_neovim --rounds 20`.

One failed test in any round fails the run. `--minutes` ends it earlier, and says after how many
rounds. Before the first round `:Tierwise install` is tried for real, which needs the package
registry; `--rounds 0` does only that.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.editors.neovim.driver import Driver
from tests.support.loopback import Loopback

SUITE = ("-n", "2", "tests/editors/neovim", "tests/editors/test_plain_neovim.py")


def install() -> None:
    """Install the server by the plugin into a fresh environment, and let it answer."""
    with tempfile.TemporaryDirectory() as folder, Loopback() as model:
        project = Path(folder) / "project"
        project.mkdir()
        (project / "sample.py").write_text("def add_numbers(a, b):\n    return a + b\n")
        env = {
            "TIERWISE_STATE_DIR": str(Path(folder) / "state"),
            "TIERWISE_CONFIG": str(Path(folder) / "config.toml"),
            "ANTHROPIC_API_KEY": "test-key-of-nobody",
            "ANTHROPIC_BASE_URL": model.base_url,
        }
        more = f"vim.g.tierwise = {{ server = {{ python = [[{sys.executable}]] }} }}"
        nvim = Driver("0.11", Path(folder) / "nvim", project, env, "sample.py", more=more)
        try:
            nvim.command("Tierwise install")
            deadline = time.monotonic() + 600
            while not any("installed" in note for note in nvim.notes()):
                assert time.monotonic() < deadline, nvim.notes()
                nvim.lua("vim.wait(200)")
            assert any("the server is installed" in note for note in nvim.notes()), nvim.notes()
            nvim.ready()
            found = nvim.lua("return { require('tierwise.server').find() }")
            assert found[1] == "installed", found
            nvim.command("Tierwise document")
            nvim.previewed()
            assert "Add numbers" in nvim.drawn()
        finally:
            nvim.quit()


def main() -> int:
    """Run the rounds; 1 where any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=0.0, help="0 = however long it takes")
    given = parser.parse_args()
    install()
    print("installed by the plugin, and it answered", flush=True)
    began, took = time.monotonic(), []
    for number in range(1, given.rounds + 1):
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", *SUITE],
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
    if took:
        print(f"{len(took)} rounds in a row passed, {sum(took) / len(took):.0f} s each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
