"""The gateway as an HTTP application: its paths behind its guards."""

from __future__ import annotations

import logging
from typing import Final

from aiohttp import web

from tierwise.gateway import auth
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.routes.paths import Handler
from tierwise.gateway.routes.table import ROUTES, access_of
from tierwise.gateway.services import KEY, Gateway

log = logging.getLogger(__name__)

LARGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes of a body; the Messages API takes no more either."""


def application(found: Gateway) -> web.Application:
    """The application: every path of the table, behind the guards."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_guarded])
    app[KEY] = found
    for route in ROUTES:
        app.router.add_route(route.method, route.path, route.handler)
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, route.handler)
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every call is local and holds its token; whatever goes wrong has the shape of an error."""
    try:
        found = request.app[KEY]
        auth.require_local(request.headers)
        auth.require_token(request.headers, access_of(request.method, request.path), found.tokens)
        return await handler(request)
    except Refusal as error:
        return _refused(error)
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


def _refused(refusal: Refusal) -> web.Response:
    return web.Response(status=refusal.status, body=refusal.body(), content_type="application/json")
