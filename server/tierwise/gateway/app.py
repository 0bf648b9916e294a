"""The gateway as an HTTP application. Before its handler runs, each request is checked: where it
comes from, and whether its token is valid for the path.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from tierwise.core.errors import LedgerUnavailable
from tierwise.gateway import auth, hosts
from tierwise.gateway.auth import Access, Caller
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.routes.paths import Handler
from tierwise.gateway.routes.table import ROUTES, access_of
from tierwise.gateway.services import KEY, Gateway, admit, known_caller_of
from tierwise.present.errors import sentence
from tierwise.store import job_tokens

log = logging.getLogger(__name__)

NO_HEADERS: Final[Mapping[str, str]] = {}
LARGEST_BODY: Final = 32 * 1024 * 1024
"""The most bytes of a body. The Messages API has the same limit."""


def application(found: Gateway) -> web.Application:
    """Make the application: every path of `routes/table.py`, behind the checks of `_guarded`."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_guarded])
    app[KEY] = found
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.handler)
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, route.handler)
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Check where a request comes from and if its token is valid for the path, then handle it.

    A failure is answered as an error of the Messages API, unless the connection itself failed.
    """
    try:
        found = request.app[KEY]
        access = access_of(request.method, request.path)
        admit(request, await _caller(request, access, found))
        return await handler(request)
    except Refusal as error:
        caller = known_caller_of(request)
        if error.kind == "billing_error" and caller is not None and caller.grant is not None:
            job_tokens.note_refused(request.app[KEY].state, caller.grant.job)
        team = error.kind == "billing_error" and request.app[KEY].roll is not None
        return _refused(error, {"x-tierwise-team": "paused"} if team else {})
    except LedgerUnavailable as error:
        return _refused(Refusal("overloaded_error", sentence(error)))
    except web.HTTPRequestEntityTooLarge:
        return _refused(Refusal("request_too_large", "The body is larger than 32 MB."))
    except web.HTTPException as error:
        if error.status not in (404, 405):
            raise
        text = f"There is no {request.method} {request.path} here."
        return _refused(Refusal("not_found_error", text))
    except (ConnectionError, TimeoutError):
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return _refused(Refusal("api_error", "The gateway failed; its log says why. Try again."))


async def _caller(request: web.Request, access: Access, found: Gateway) -> Caller:
    if found.roll is None:
        hosts.require_local(request.headers)
        return auth.require_token(request.headers, access, found.tokens)
    hosts.require_no_page(request.headers)
    return await auth.require_member(request.headers, access, found.tokens, found.roll)


def _refused(refusal: Refusal, headers: Mapping[str, str] = NO_HEADERS) -> web.Response:
    return web.Response(
        status=refusal.status,
        body=refusal.body(),
        headers=headers,
        content_type="application/json",
    )
