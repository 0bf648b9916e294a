"""The description of one path of the gateway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from tierwise.core.dataclass import dataclass
from tierwise.gateway.auth import Access

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One path of the gateway, with its method. `access` says whose token it needs, if any.

    `takes` and `gives` name the schemas of its body and its answer in the OpenAPI description. They
    are "" if there is no such schema.
    """

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str
    takes: str = ""
    gives: str = ""
