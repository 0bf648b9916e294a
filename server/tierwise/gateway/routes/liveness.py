"""Liveness: a client asks whether anybody is there, before it has shown a token."""

from __future__ import annotations

from aiohttp import web


async def alive(request: web.Request) -> web.StreamResponse:
    """Say that the gateway is there."""
    return web.json_response({"status": "ok", "name": "tierwise"})
