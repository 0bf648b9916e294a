"""Selects the environment variables that processes started by a test inherit."""

from __future__ import annotations

import os
from typing import Final

MEASURING: Final = "COVERAGE_PROCESS_CONFIG"
"""Set while coverage is measured; a process without it is not measured."""


def kept(*more: str) -> dict[str, str]:
    """The variables that a process needs to start, and no key or setting of the operator."""
    names = ("PATH", "HOME", MEASURING, *more)
    return {name: os.environ[name] for name in names if name in os.environ}
