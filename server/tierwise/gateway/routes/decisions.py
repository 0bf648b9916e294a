"""`GET /v1/decisions` and `GET /v1/events`: what the gateway decided, and what happens now."""

from __future__ import annotations

import asyncio
import json
from typing import Final

from aiohttp import web

from tierwise.core.money import to_usd
from tierwise.gateway.services import KEY
from tierwise.gateway.strand import DEFAULT_PROJECT

QUIET_S: Final = 15.0
"""Seconds without an event after which a comment is sent, to show that the stream is alive."""


async def listing(request: web.Request) -> web.StreamResponse:
    """The latest decisions, newest first. With `session=` only those of one conversation."""
    found = request.app[KEY]
    running = {task.task_id: task for task in found.planner.running.all()}
    session = request.query.get("session")
    told = found.events.decisions(session, running)
    passing = found.events.passing(session)
    project = told[0]["project"] if told else DEFAULT_PROJECT
    state = await found.office.purse.state(project)
    left = {} if state.left is None else {"leftUsd": to_usd(state.left)}
    return web.json_response(
        {
            "decisions": told,
            "budget": {"state": state.shown, **left},
            **({"passing": passing} if passing is not None else {}),
        }
    )


async def events(request: web.Request) -> web.StreamResponse:
    """Send events as they happen, as server-sent events."""
    response = web.StreamResponse(
        headers={"content-type": "text/event-stream", "cache-control": "no-cache"}
    )
    await response.prepare(request)
    await response.write(b": tierwise\n\n")
    with request.app[KEY].events.listen() as news:
        while request.transport is not None:
            try:
                event = await asyncio.wait_for(news.get(), QUIET_S)
            except TimeoutError:
                await response.write(b": quiet\n\n")
                continue
            said = f"event: {event['event']}\ndata: {json.dumps(event)}\n\n"
            await response.write(said.encode())
    return response
