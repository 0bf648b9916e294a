"""Shows that a command is still working, if it takes longer than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AFTER_S: Final = 1.0
"""Seconds before the message is shown. Nobody takes a shorter silence for a hang."""


@contextmanager
def working(what: str) -> Iterator[None]:
    """Print `what` on standard error if the block takes longer than a second.

    If standard error is no terminal, nobody waits there and nothing is printed.
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
