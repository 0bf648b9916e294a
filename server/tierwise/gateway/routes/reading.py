"""Reads the bodies and headers of requests to the gateway's own paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tierwise.gateway.refusal import Refusal


async def object_of(request: web.Request) -> Mapping[str, Any]:
    """The JSON object of a body. Raises `Refusal` if it is none."""
    try:
        found = json.loads(await request.read())
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise wrong("The body is not a JSON object.")
    return found


def lowered(request: web.Request) -> dict[str, str]:
    """The headers with their names in lower case. If a name comes twice, its first value counts."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found.setdefault(name.lower(), value)
    return found


def text_of(data: Mapping[str, Any], name: str) -> str:
    """A member that must be a text with at least one character. Raises `Refusal` if it is none."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise wrong(f"{name}: a text is needed.")
    return value


def wrong(sentence: str) -> Refusal:
    """Make the refusal of a request that is malformed."""
    return Refusal("invalid_request_error", sentence)
