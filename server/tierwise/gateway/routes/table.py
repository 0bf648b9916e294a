"""Every path of the gateway, in one table: who may ask it, and who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from tierwise.gateway.auth import Access
from tierwise.gateway.routes import decisions, liveness, messages, models, override

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its method. `access` names the token it asks for."""

    method: str
    path: str
    handler: Handler
    access: Access


ROUTES: Final[Sequence[Route]] = (
    Route("GET", "/", liveness.alive, "open"),
    Route("GET", "/healthz", liveness.alive, "open"),
    Route("GET", "/api/hello", liveness.alive, "open"),
    Route("POST", "/v1/messages", messages.create, "models"),
    Route("POST", "/v1/messages/count_tokens", messages.count, "models"),
    Route("GET", "/v1/models", models.listing, "models"),
    Route("POST", "/v1/override", override.put, "operator"),
    Route("GET", "/v1/decisions", decisions.listing, "operator"),
    Route("GET", "/v1/events", decisions.events, "operator"),
)

_ACCESS: Final = {(route.method, route.path): route.access for route in ROUTES}


def access_of(method: str, path: str) -> Access:
    """The token that a path asks for; what is not there is the operator's to ask."""
    return _ACCESS.get(("GET" if method == "HEAD" else method, path), "operator")
