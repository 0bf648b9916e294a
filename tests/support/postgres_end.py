"""Ends a test's PostgreSQL server when the test process is gone, even if that was killed.

`python postgres_end.py FOLDER` reads from a pipe whose other end only the test process has open.
When that process ends, the pipe ends too. Then the server of FOLDER is stopped and FOLDER is
removed, unless the test process has already done both.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 30.0
"""Seconds for which something may still be writing into the folder."""


def main() -> None:
    folder = Path(sys.argv[1])
    while sys.stdin.buffer.read(1):
        pass
    until = time.monotonic() + PATIENCE_S
    # A start that was under way goes on without the test process, so one look is not enough.
    while folder.exists() and time.monotonic() < until:
        stop(folder / "data" / "postmaster.pid")
        shutil.rmtree(folder, ignore_errors=True)


def stop(lock: Path) -> None:
    """Stop the server that wrote this lock file, and wait until it has ended."""
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)
        while True:
            os.kill(pid, 0)
            time.sleep(0.02)


if __name__ == "__main__":
    main()
