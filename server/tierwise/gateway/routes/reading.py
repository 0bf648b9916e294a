"""Reading what a request to the gateway's own paths says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tierwise.gateway.refusal import Refusal


async def object_of(request: web.Request) -> Mapping[str, Any]:
    """The JSON object of a body. Raises `Refusal`."""
    try:
        found = json.loads(await request.read())
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise wrong("The body is not a JSON object.")
    return found


def lowered(request: web.Request) -> dict[str, str]:
    """The headers with their names in lower case; of several alike the first."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found.setdefault(name.lower(), value)
    return found


def text_of(data: Mapping[str, Any], name: str) -> str:
    """A member that must be a text. Raises `Refusal`."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise wrong(f"{name}: a text is needed.")
    return value


def wrong(sentence: str) -> Refusal:
    """What is said of a request that cannot be understood."""
    return Refusal("invalid_request_error", sentence)
