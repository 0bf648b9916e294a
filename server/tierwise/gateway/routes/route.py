"""`POST /v1/route`: the router for any program. It spends nothing and starts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from tierwise.core.actions import ACTIONS
from tierwise.core.errors import UnknownTier
from tierwise.core.request import FileRef, Request
from tierwise.gateway import consent, counting, deciding, strand, words
from tierwise.gateway.choices import standing
from tierwise.gateway.deciding import ACTION, TurnWish
from tierwise.gateway.message import tool_names
from tierwise.gateway.routes.reading import lowered, object_of, wrong
from tierwise.gateway.services import KEY, Gateway
from tierwise.gateway.strand import DEFAULT_PROJECT
from tierwise.gateway.strands import RunningTask
from tierwise.present.decision import to_wire
from tierwise.present.errors import sentence
from tierwise.routing.overrides import split_tier_word


async def decide(request: web.Request) -> web.StreamResponse:
    """Answer with the decision on a prompt, or on a whole Messages body."""
    found, data = request.app[KEY], await object_of(request)
    if not isinstance(data.get("messages", []), list):
        raise wrong("messages: a list is needed.")
    if "messages" in data:
        at = strand.of(data, lowered(request))
        before, project = found.planner.running.get(at.key), at.project
    else:
        before, project = _before(found, data), _project(data, lowered(request))
    wish = _wish(found, data, before, project)
    root = _mapping(data, "context").get("root")
    if isinstance(root, str) and root:
        asked = wish.request
        counted = await counting.of_root(root, asked.instruction, found.state)
        wish = replace(wish, request=replace(asked, project=counted))
    stands = await standing(
        found.office,
        found.office.purse,
        task=None,
        session=before.session if before is not None else "",
        project=project,
        action=wish.request.action,
    )
    decided = deciding.decide(found.office, wish, stands)
    told = replace(decided.decision, final=False)
    return web.json_response(
        to_wire(told, action=wish.request.action, rehearsal=found.office.rehearses)
    )


def _wish(
    found: Gateway, data: Mapping[str, Any], before: RunningTask | None, project: str
) -> TurnWish:
    said = words.said_last(data) if "messages" in data else data.get("prompt")
    if not isinstance(said, str):
        raise wrong("prompt: a text is needed, or messages.")
    action = data.get("action", ACTION)
    if action not in ACTIONS:
        raise wrong(f"action: one of {', '.join(ACTIONS)}.")
    ladder = found.office.window.ladder
    try:
        word, said = split_tier_word(said, ladder)
        tier = data.get("tier") or word
        if tier is not None:
            ladder.rank(str(tier))
    except UnknownTier as error:
        raise wrong(sentence(error)) from None
    context = _mapping(data, "context")
    goes_on = before is not None and consent.consents(said)
    reasks = before.reasks + 1 if before is not None and consent.corrects(said) else 0
    request = Request(
        action=action,
        instruction=said,
        id=str(data.get("id") or ""),
        files=_files(context),
        tools=_tools(data),
        turn=max(0, words.turns(data) - 1) if "messages" in data else None,
        thread=deciding.thread_of(before, reasks),
        tier=tier,
        input_tokens=_count(context, "input_tokens"),
        steps=_count(context, "steps"),
    )
    return TurnWish(
        request=request,
        project=project,
        consent=before.tier if goes_on and before is not None else None,
        warm=deciding.warm_of(found.office, before),
    )


def _before(found: Gateway, data: Mapping[str, Any]) -> RunningTask | None:
    """The running task of the conversation that the context names. None if there is none."""
    session = _mapping(data, "context").get("conversation")
    return found.planner.running.get(session) if isinstance(session, str) else None


def _project(data: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    root = _mapping(data, "context").get("root")
    if isinstance(root, str) and root:
        return strand.as_project(root)
    named = headers.get("x-tierwise-project", "").strip()
    return strand.as_project(named) if named else DEFAULT_PROJECT


def _files(context: Mapping[str, Any]) -> tuple[FileRef, ...] | None:
    """The files of a context: names, or objects as `tierwise route` takes them."""
    listed, language = context.get("files"), context.get("language")
    if listed is None:
        return None
    if not isinstance(listed, list):
        raise wrong("context.files: a list is needed.")
    return tuple(_file(item, language if isinstance(language, str) else None) for item in listed)


def _file(item: object, language: str | None) -> FileRef:
    if isinstance(item, str):
        return FileRef(item, language, attached=True)
    if not isinstance(item, Mapping) or not isinstance(item.get("path"), str):
        raise wrong("context.files: a path, or an object with one.")
    text, lines = item.get("text"), item.get("lines")
    return FileRef(
        path=item["path"],
        language=item.get("language") if isinstance(item.get("language"), str) else language,
        lines=lines if isinstance(lines, int) else None,
        attached=bool(item.get("attached", True)),
        text=text if isinstance(text, str) else None,
    )


def _tools(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The kinds of tools that are offered, by their names or by their definitions.

    A Messages body without tools offers none (an empty tuple). For a mere prompt it is unknown
    (None).
    """
    tools = data.get("tools")
    if tools is None:
        return () if "messages" in data else None
    if not isinstance(tools, list):
        raise wrong("tools: a list is needed.")
    named = tuple(tool for tool in tools if isinstance(tool, str))
    return deciding.tool_kinds((*named, *tool_names(data)))


def _count(context: Mapping[str, Any], name: str) -> int | None:
    value = context.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise wrong(f"context.{name}: a number is needed.")
    return value


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(f"{name}: an object is needed.")
    return value
