"""The name of a state folder. In a ledger that machines share it tells where a row's files are.

Machines that share a state folder share its name, and each of them finds in it what a job needs.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Final

FILE: Final = "installation"


def name_of(folder: Path) -> str:
    """The name of a state folder. If it has no name, one is made.

    Raises `OSError` where it can neither be read nor written.
    """
    file = folder / FILE
    found = _read(file)
    if found:
        return found
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mine = folder / f"{FILE}.{uuid.uuid4().hex}"
    mine.write_text(uuid.uuid4().hex, encoding="utf-8")
    try:
        # The process that links first names the folder, so that all agree on one name.
        os.link(mine, file)
    except OSError:
        # Another process named it, or there are no links here, or a file without a name is there.
        if not _read(file):
            mine.replace(file)
    finally:
        mine.unlink(missing_ok=True)
    return _read(file)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
