"""`POST /v1/hooks`: takes the JSON that a client passes to its hook, unchanged."""

from __future__ import annotations

from aiohttp import web

from tierwise.gateway.routes.reading import object_of, text_of
from tierwise.gateway.services import KEY


async def hear(request: web.Request) -> web.StreamResponse:
    """Take a hook event of a conversation. Answers with its running task, if there is one."""
    found, data = request.app[KEY], await object_of(request)
    event, session = text_of(data, "hook_event_name"), text_of(data, "session_id")
    task = found.hooks.hear(event, session, data)
    await found.office.journal.flush()
    return web.json_response({"task": task.task_id if task is not None else None})
