"""Finds the gateway that runs with this state folder, and calls it.

Nothing heavy is imported here, because the status line runs this several times a second.
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
URL_FILE: Final = "gateway.json"
WITHIN_S: Final = 2.0
"""The most seconds that a call may take."""


def write_url(folder: Path, url: str) -> None:
    """Write the gateway's address to a file, so that commands can find it."""
    temporary = folder / f"{URL_FILE}.{os.getpid()}.part"
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w", encoding="utf-8") as file:
        json.dump({"url": url, "pid": os.getpid()}, file)
    temporary.replace(folder / URL_FILE)


def remove_url(folder: Path, url: str) -> None:
    """Remove the file with the address, unless another gateway has written it since."""
    if read_url(folder) == url:
        (folder / URL_FILE).unlink(missing_ok=True)


def read_url(folder: Path) -> str | None:
    """The address that the latest gateway of this state folder has written. None if there is none.

    A gateway that was killed leaves its address behind.
    """
    try:
        found = json.loads((folder / URL_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    url = found.get("url") if isinstance(found, dict) else None
    return url if isinstance(url, str) else None


def call(
    folder: Path, path: str, body: Mapping[str, Any] | None = None
) -> Mapping[str, Any] | None:
    """Call the gateway with the operator's token. Returns its answer, or None if it fails.

    With a `body` this is a POST, else a GET.
    """
    url = read_url(folder)
    try:
        token = (folder / OPERATOR_FILE).read_text(encoding="ascii").strip()
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        request = Request(f"{url}{path}", data=data, headers=headers)
        with build_opener(ProxyHandler({})).open(request, timeout=WITHIN_S) as answer:
            found = json.load(answer)
    except (OSError, ValueError, URLError, HTTPException):
        return None
    return found if isinstance(found, dict) else None
