"""Liveness: a client can ask without a token if the gateway runs."""

from __future__ import annotations

from aiohttp import web


async def alive(request: web.Request) -> web.StreamResponse:
    """Answer that the gateway runs."""
    return web.json_response({"status": "ok", "name": "tierwise"})
