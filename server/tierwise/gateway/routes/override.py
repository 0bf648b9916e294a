"""`POST /v1/override`: the operator's choice for a task, a conversation, a project or a tier."""

from __future__ import annotations

from typing import Final, cast, get_args

from aiohttp import web

from tierwise.core.errors import UnknownTier
from tierwise.gateway import choices, strand
from tierwise.gateway.choices import OverrideScope
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.routes.reading import object_of, text_of, wrong
from tierwise.gateway.services import KEY
from tierwise.present.errors import sentence
from tierwise.tasks.choices import AUTO

SCOPES: Final = get_args(OverrideScope)


async def put(request: web.Request) -> web.StreamResponse:
    """Set a choice. `to` is a tier, or "auto", which clears the choice. A choice for a task cannot
    be cleared.
    """
    found, data = request.app[KEY], await object_of(request)
    scope, to = text_of(data, "scope"), text_of(data, "to")
    ladder = found.office.window.ladder
    if scope not in SCOPES:
        raise wrong(f"scope: one of {', '.join(SCOPES)}.")
    key = text_of(data, "from" if scope == "tier" else "id")
    for name in (to, key) if scope == "tier" else (to,):
        if name != AUTO and name not in ladder:
            raise wrong(sentence(UnknownTier(name, ladder.names)))
    if scope == "task":
        if to == AUTO or not found.planner.override(key, to):
            raise Refusal("not_found_error", f"There is no running task '{key}' to choose for.")
    else:
        if scope == "project":
            key = strand.as_project(key)
        choices.choose(found.office, cast(OverrideScope, scope), key, to)
        await found.office.journal.flush()
    return web.json_response({"scope": scope, "id": key, "to": to})
