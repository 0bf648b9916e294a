"""What is shown while a command works for longer than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AFTER_S: Final = 1.0
"""Seconds of silence that nobody takes for a hang."""


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on standard error what is being done, once it takes longer than a second.

    Nothing is said where standard error is no terminal: there nobody waits.
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    status = Console(stderr=True).status(f"{what}…")
    timer = threading.Timer(AFTER_S, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()
