"""`POST /v1/messages` and `POST /v1/messages/count_tokens`."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from aiohttp import web

from tierwise.budget.model_ids import normal
from tierwise.gateway import splice
from tierwise.gateway.call import Call, call_of
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.routes.reading import lowered
from tierwise.gateway.services import KEY, caller_of
from tierwise.gateway.splice import JsonObject
from tierwise.gateway.upstream import NotReached, incoming

ASIDE: Final = 1_000_000
"""A body with more bytes than this is parsed on a thread, because other streams would have to wait
too long."""


async def create(request: web.Request) -> web.StreamResponse:
    """Route a call, and pass the answer of the model on."""
    caller, calls = caller_of(request), request.app[KEY].calls
    # No variable keeps the body here, so its memory is freed once it was sent, while the answer
    # still runs.
    return await calls.answer(
        request,
        call_of(await body_of(request), lowered(request), caller.grant, caller.standing),
    )


async def count(request: web.Request) -> web.StreamResponse:
    """Let the model that would answer a call count its tokens. Nothing is guessed."""
    found = request.app[KEY]
    caller = caller_of(request)
    call = call_of(
        await body_of(request), lowered(request), caller.grant, caller.standing, counts=True
    )
    plan = await found.planner.plan(call)
    leaked = await found.leaks.look(call.body.data, found.office.window.config.gateway.secrets)
    try:
        upstream = await found.upstream.open(
            plan.tier, request.path_qs, request.headers, counted(call, plan.tier.model)
        )
    except NotReached:
        raise Refusal("api_error", f"{plan.tier.label} did not answer. Try again.") from None
    async with upstream:
        headers = incoming(upstream.headers)
        headers.popall("content-length", None)
        headers["x-tierwise-kind"], headers["x-tierwise-tier"] = call.kind, plan.tier.name
        if leaked:
            headers["x-tierwise-secrets"] = str(leaked)
        try:
            said = await upstream.read()
        except aiohttp.ClientError:
            raise Refusal("api_error", f"{plan.tier.label} broke off. Try again.") from None
        return web.Response(status=upstream.status, body=said, headers=headers)


def counted(call: Call, model: str) -> bytes:
    """The body of a token count, with the name of the model that is asked."""
    if normal(call.model) == normal(model):
        return call.body.text.encode("utf-8")
    return splice.spliced(call.body, {"model": model})


async def body_of(request: web.Request) -> JsonObject:
    """Parse the JSON body of a request, and note where in its text each member lies. Raises
    `Refusal`.
    """
    raw = await _read(request)
    try:
        if len(raw) > ASIDE:
            return await asyncio.to_thread(splice.read, raw)
        return splice.read(raw)
    except splice.NotSpliceable as error:
        raise Refusal("invalid_request_error", str(error)) from None


async def _read(request: web.Request) -> bytearray:
    """Read the bytes of a body. Unlike `request.read()`, the request does not keep a copy."""
    found = bytearray()
    async for chunk in request.content.iter_any():
        found += chunk
        if len(found) > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size, len(found))
    return found
