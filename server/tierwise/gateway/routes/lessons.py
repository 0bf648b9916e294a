"""`/v1/team/lessons` and `/v1/team/learned`: all members share what their outcomes taught."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from tierwise.gateway import lessons
from tierwise.gateway.auth import Caller
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.routes.reading import object_of, text_of, wrong
from tierwise.gateway.services import KEY, caller_of
from tierwise.gateway.strand import LONGEST
from tierwise.learning import lesson
from tierwise.present import team as words
from tierwise.store import team_learned
from tierwise.tasks.learning.learning import project_key

MOST: Final = 500
"""The most lessons of one request."""
_HASH: Final = re.compile(r"[0-9a-f]{4,64}\Z")


async def take(request: web.Request) -> web.StreamResponse:
    """Learn from a member's outcomes. Answers with the version of the learned state after that."""
    member, data = _member(caller_of(request)), await object_of(request)
    project, weights = text_of(data, "project")[:LONGEST], _weights(text_of(data, "weights"))
    told = data.get("lessons")
    if not isinstance(told, list) or len(told) > MOST:
        raise wrong(f"lessons: a list of {MOST} at most is needed.")
    try:
        found = [lesson.from_json(each, project_key(project)) for each in told]
    except ValueError:
        raise wrong("lessons: one of them is no lesson.") from None
    version = await request.app[KEY].office.window.ledger.write(
        lambda conn: lessons.fold(conn, project, weights, member, found)
    )
    return web.json_response({"version": version})


async def give(request: web.Request) -> web.StreamResponse:
    """Give the learned state of a project, or nothing if the member has this version already."""
    _member(caller_of(request))
    project = request.query.get("project", "")[:LONGEST]
    weights = _weights(request.query.get("weights", ""))
    version, body = await request.app[KEY].office.window.ledger.read(
        lambda conn: team_learned.learned(conn, project, weights)
    )
    has = request.query.get("version") == str(version)
    return web.json_response({"version": version, "record": None if has else body})


def _member(caller: Caller) -> str:
    if caller.standing is None:
        raise Refusal("permission_error", words.NOT_A_MEMBER)
    return caller.standing.member.id


def _weights(text: str) -> str:
    if not _HASH.match(text):
        raise wrong("weights: the hash of the shipped weights is needed.")
    return text
