"""`make replay`: `tierwise replay` on the real outcomes in a random order, frozen and learning."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.learning import streams


def main() -> None:
    """Write the log, replay it twice, show both."""
    if not (streams.folder() / "outcomes.dev.jsonl.gz").exists():
        sys.exit("The shared data folder is not there; set TIERWISE_DATA.")
    rows = [streams.line_of(row) for row in streams.outcome_rows()]
    random.Random(1).shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "outcomes.jsonl"
        log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        for flag in ("--no-learn", "--learn"):
            print(f"\ntierwise replay outcomes.jsonl {flag} --draw 1", flush=True)
            command = [sys.executable, "-m", "tierwise.cli.main", "replay", str(log), flag]
            subprocess.run([*command, "--draw", "1"], check=True)


if __name__ == "__main__":
    main()
