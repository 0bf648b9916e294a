"""What a path of the gateway is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from tierwise.core.dataclass import dataclass
from tierwise.gateway.auth import Access

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its method. `access` names the token it asks for; `takes` and `gives` name the
    shapes of its body and its answer in the description, "" where they are none of ours."""

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str
    takes: str = ""
    gives: str = ""
