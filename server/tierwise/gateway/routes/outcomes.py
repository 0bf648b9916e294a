"""`POST /v1/outcomes`: a client reports the outcome of a task."""

from __future__ import annotations

from typing import Final, get_args

from aiohttp import web

from tierwise.core.outcome import OUTCOME_KINDS, Rating
from tierwise.gateway import outcomes
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.routes.reading import object_of, text_of, wrong
from tierwise.gateway.services import KEY

RATINGS: Final = get_args(Rating)


async def record(request: web.Request) -> web.StreamResponse:
    """Keep an outcome of the current task of a conversation. The body names the task by its own id
    or by the conversation's (`session`).
    """
    found, data = request.app[KEY], await object_of(request)
    kind = text_of(data, "kind")
    if kind not in OUTCOME_KINDS:
        raise wrong(f"kind: one of {', '.join(OUTCOME_KINDS)}.")
    value = data.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | float | int)):
        raise wrong("value: a short text or a number is needed.")
    if kind == "rated" and value not in RATINGS:
        raise wrong(f"value: one of {', '.join(RATINGS)}.")
    if isinstance(value, str) and len(value) > 40:
        raise wrong("value: a short text or a number is needed.")
    running = found.planner.running
    if "task" in data:
        task = running.of_task(text_of(data, "task"))
    else:
        task = running.get(text_of(data, "session"))
    if task is None:
        raise Refusal("not_found_error", "There is no running task of that id or session.")
    outcomes.record(found.office, task, kind, value)
    await found.office.journal.flush()
    return web.json_response({"task": task.task_id, "kind": kind, "value": value})
