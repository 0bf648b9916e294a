"""What the machine can spare: whether it runs on battery, and how much memory this process uses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SUPPLIES: Final = Path("/sys/class/power_supply")
STATM: Final = Path("/proc/self/statm")


def on_battery(supplies: Path = SUPPLIES) -> bool:
    """Whether a battery is being drained. False if the system does not say."""
    try:
        states = [
            (supply / "status").read_text(encoding="ascii", errors="replace").strip()
            for supply in supplies.iterdir()
            if (supply / "status").exists()
        ]
    except OSError:
        return False
    return "Discharging" in states


def resident(statm: Path = STATM) -> int:
    """Bytes of memory that this process uses. 0 if the system does not say."""
    try:
        pages = int(statm.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
