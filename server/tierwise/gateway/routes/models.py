"""`GET /v1/models`: the model names that a client may use."""

from __future__ import annotations

from aiohttp import web

from tierwise.gateway import accepts
from tierwise.gateway.services import KEY

CREATED = "2026-11-01T00:00:00Z"


async def listing(request: web.Request) -> web.StreamResponse:
    """The names that leave the choice to the router, and the models of the tiers."""
    window = request.app[KEY].office.window
    named = [(name, "Tierwise") for name in window.config.gateway.auto_models]
    named += [(tier.model, tier.label) for tier in window.ladder]
    top = accepts.of(window.ladder.get(window.ladder.top))
    data = [
        {
            "type": "model",
            "id": name,
            "display_name": title,
            "created_at": CREATED,
            "max_input_tokens": top.context,
        }
        for name, title in dict(reversed(named)).items()
    ]
    data.reverse()
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return web.json_response({"data": data, "has_more": False, "first_id": first, "last_id": last})
