"""Whether the machine can work now. It cannot while on battery or with a nearly full disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

LEAST_FREE: Final = 1_000_000_000
"""Bytes that must be free on the disk of the state folder."""
POWER: Final = Path("/sys/class/power_supply")


def held(folder: Path, power: Path = POWER, least: int = LEAST_FREE) -> str | None:
    """Why nothing may start now, as the code of a reason. None if work may start."""
    try:
        if shutil.disk_usage(folder).free < least:
            return "disk"
    except OSError:
        return "disk"
    return "battery" if on_battery(power) else None


def on_battery(power: Path = POWER) -> bool:
    """Whether a battery is being drained. Only Linux can say so here. Elsewhere it is False."""
    for status in sorted(power.glob("BAT*/status")):
        try:
            if status.read_text(encoding="ascii").strip() == "Discharging":
                return True
        except (OSError, UnicodeDecodeError):
            continue
    return False
