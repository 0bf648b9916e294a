"""Where a gateway of this state folder listens, for the commands that ask it.

Nothing heavy is imported here: the status line asks several times a second.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

OPERATOR_FILE: Final = "gateway-operator-token"
PLACE_FILE: Final = "gateway.json"
WITHIN_S: Final = 2.0
"""Seconds a question may take."""


def tell(folder: Path, url: str) -> None:
    """Leave the address for others."""
    temporary = folder / f"{PLACE_FILE}.{os.getpid()}.part"
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w", encoding="utf-8") as file:
        json.dump({"url": url, "pid": os.getpid()}, file)
    temporary.replace(folder / PLACE_FILE)


def forget(folder: Path, url: str) -> None:
    """Take the address away, unless another gateway has left its own."""
    if told(folder) == url:
        (folder / PLACE_FILE).unlink(missing_ok=True)


def told(folder: Path) -> str | None:
    """The address that was left; None where there is none."""
    try:
        found = json.loads((folder / PLACE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    url = found.get("url") if isinstance(found, dict) else None
    return url if isinstance(url, str) else None


def ask(folder: Path, path: str) -> Mapping[str, Any] | None:
    """What the gateway answers to the operator; None where nobody answers."""
    url = told(folder)
    try:
        token = (folder / OPERATOR_FILE).read_text(encoding="ascii").strip()
        request = Request(f"{url}{path}", headers={"authorization": f"Bearer {token}"})
        with build_opener(ProxyHandler({})).open(request, timeout=WITHIN_S) as answer:
            found = json.load(answer)
    except (OSError, ValueError, URLError, HTTPException):
        return None
    return found if isinstance(found, dict) else None
